"""The demo's store under attack: who comes when, the guard over those days, and its marks against the truth."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.arrivals import ALLOWED
from footfall.detect.grade import COLUMNS, Alarm, Card, mark
from footfall.detect.relation import relation
from footfall.embedded.answers import Answers
from footfall.embedded.clean import open_connection, parquet
from footfall.embedded.grade import Grade, grade_answers
from footfall.embedded.grade_guard import labels
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.sentry import known_rules, new_guard
from footfall.event import NAMES
from footfall.incident import Alert
from footfall.insights.grade import grade_rate
from footfall.ports import GuardChanges
from footfall.simulate import Profile, Store, Truth, attackers, lookalikes, scenario

PAST = timedelta(hours=4)
"""What the guard sees of the store before the first attack."""
STRENGTH = {
    **dict.fromkeys(("naive_flood", "low_slow_flood", "botnet_flood", "pulse_flood"), 0.15),
    **dict.fromkeys(("price_crawler", "scraper_rotating_address", "poisoning_ramp"), 0.5),
    "cart_hoarder": 6.0,
}
"""The busiest with fewer hands than they would have, so that the demo does not take long; hoarders with more."""
BATCH = 20_000
"""Events handed to the guard at a time."""
GIVEN_UP = ("abandoned", "recovered", "lost", "partial")

Progress = Callable[[int, int], None]
"""Called with the events watched so far and how many there are."""


class Done(msgspec.Struct):
    """How far a demo has come: the rows taken as it said of them, the events that its guard has watched."""

    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    dead: int = 0
    watched: int = 0

    def save(self, note: Path) -> None:
        """Puts it down in a file."""
        note.write_bytes(msgspec.json.encode(self))

    @classmethod
    def load(cls, note: Path) -> Done:
        """Reads what :meth:`save` put down."""
        return msgspec.json.decode(note.read_bytes(), type=cls)


@dataclass(frozen=True, slots=True)
class Marks:
    """The guard's marks in the demo.

    Attributes:
        attacks: the store marked attack by attack.
        tempted: look-alikes by name: how many of their sources an alert names.
    """

    attacks: Card
    tempted: dict[str, int]


def attacked(store: Store) -> tuple[date, date]:
    """The days on which the store is attacked: its last two."""
    last = store.start + timedelta(days=store.days - 1)
    return max(store.start, last - timedelta(days=1)), last


def population(store: Store) -> tuple[Profile, ...]:
    """Every attack and every look-alike once: bots on the first day attacked, floods among look-alikes on the second.

    Carts that bots filled on the first day count as abandoned before the store's last day ends.
    """
    first, last = (_midnight(day, store.zone) for day in attacked(store))
    floods = [name for name, kind in attackers().items() if kind.flood]
    quiet = [name for name in attackers() if name not in floods]
    bots = scenario(store, store.seed, quiet, since=first + PAST, until=_midnight(attacked(store)[0], store.zone, 1))
    loud = scenario(store, store.seed, [*floods, *lookalikes()], since=last + (PAST if first == last else timedelta()))
    return tuple(replace(one, strength=STRENGTH.get(one.name, 1.0)) for one in (*bots, *loud))


def watch(lake: EmbeddedLake, since: date, progress: Progress) -> int:
    """Shows a fresh guard the lake's events from a day on, in order of arrival, and keeps all that it says.

    Returns:
        How many events it saw.
    """
    guard, store = new_guard(known_rules(lake.layout)), EmbeddedIncidents(lake.layout)
    total, seen = sum(file.rows for day, file in lake.days().items() if day >= since), 0
    try:
        for events in _arrived(lake, since):
            _keep(store, guard.feed(events))
            seen += events.num_rows
            progress(seen, total)
        _keep(store, guard.flush())
    finally:
        store.close()
    return seen


def marks(lake: EmbeddedLake, truth: Truth, since: date) -> Marks:
    """How what the guard said compares with the truth, over the days from ``since`` on."""
    columns = ["event_time", "actor", *sorted(set(COLUMNS.values()) - {"actor"})]
    rows = pa.concat_tables(
        [relation(events).select(columns) for events in _arrived(lake, since)], promote_options="permissive"
    )
    rows = rows.cast(pa.schema([(name, pa.int64() if name == "event_time" else pa.string()) for name in columns]))
    alarms, known = _alarms(lake), labels(truth)
    tempted = mark(rows, known, set(lookalikes()), alarms)
    return Marks(
        mark(rows, known, set(attackers()), alarms), {profile.kind: profile.found for profile in tempted.profiles}
    )


def grade(answers: Answers, truth: Truth) -> Grade:
    """How near the answers are to the truth: carts over the days before the attacks, the rest over all.

    The truth knows the carts of shoppers alone; look-alikes are people who fill carts as well.
    """
    first, _ = attacked(truth.store)
    before = Answers(answers.lake, until=first - timedelta(days=1)) if first > answers.first else answers
    carts = before.ask("abandoned_carts").to_pylist()[-1]
    states = truth.carts.filter(pc.less_equal(truth.carts["day"], pa.scalar(before.until)))["state"].to_pylist()
    given_up, decided = _among(states, GIVEN_UP), _among(states, (*GIVEN_UP, "bought"))
    measured = carts["abandonment_net"] / carts["decided_net"] if carts["decided_net"] else 0.0
    whole = grade_answers(answers, truth)
    return replace(whole, carts=grade_rate(measured, given_up / decided if decided else 0.0))


def _arrived(lake: EmbeddedLake, since: date) -> Iterator[pa.Table]:
    """The lake's events from a day on, in order of arrival, whatever day they belong to."""
    paths = [lake.table.path(file) for day, file in lake.days().items() if day >= since]
    with open_connection(lake.settings.engine.workers, lake.layout.spill) as connection:
        connection.execute("SET preserve_insertion_order = true")
        query = f"""
            SELECT {", ".join(NAMES)} FROM {parquet(paths)}
            ORDER BY coalesce(received_at, event_time), event_time, user_session, event_type, product_id"""
        for batch in connection.sql(query).to_arrow_reader(BATCH):
            yield pa.Table.from_batches([batch])


def _among(states: list[str], chosen: Collection[str]) -> int:
    return sum(state in chosen for state in states)


def _midnight(day: date, zone: str, later: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=later), datetime.min.time(), ZoneInfo(zone))


def _keep(store: EmbeddedIncidents, changes: GuardChanges) -> None:
    """What the guard says of a simulated past, of which nobody is told."""
    if changes != GuardChanges():
        store.apply(replace(changes, notes=()))


def _alarms(lake: EmbeddedLake) -> list[Alarm]:
    """Every alert kept, said as soon as its first window was closed: the guard at its post may warn sooner."""
    store = EmbeddedIncidents(lake.layout)
    try:
        return [_alarm(alert) for incident in store.incidents() for alert in store.alerts(incident.id)]
    finally:
        store.close()


def _alarm(alert: Alert) -> Alarm:
    return Alarm(
        rule=alert.rule,
        subjects=alert.members or (alert.subject,),
        severity=alert.severity,
        said=alert.first + ALLOWED,
        since=alert.first_event,
        until=alert.last_event,
        score=100 * alert.severity.score + alert.confidence,
    )
