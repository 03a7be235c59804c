"""The guard graded: stores with attacks and look-alikes simulated, watched as they would arrive, and marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall import rules
from footfall.detect.grade import COLUMNS, Alarm, Card, Label, mark
from footfall.detect.guard import Guard
from footfall.detect.relation import relation
from footfall.detect.report import report
from footfall.embedded.sentry import new_guard
from footfall.incident import Alert
from footfall.ports import GuardChanges
from footfall.simulate import Store, Truth, attackers, scenario, simulate

VISITORS = 20_000
"""Visitors a day of a graded store, attackers aside."""
SECOND = 1_000
QUARTER = 250
LEAST = 64
LONGEST = 20 * SECOND
CLOSELY = 120 * SECOND
"""How long after the beginning of an attack or a look-alike the guard is shown every second by itself."""
AT_ONCE = 20 * SECOND
"""How long after it the guard is shown every quarter of one."""


@dataclass(slots=True)
class _Heard:
    """Every alert as it was last, and when it was first said."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)

    def take(self, changes: GuardChanges, now: int) -> None:
        for _, alert in changes.alerts:
            self.said.setdefault(alert.id, now)
            self.alerts[alert.id] = alert

    def alarms(self) -> list[Alarm]:
        return [_alarm(alert, self.said[key]) for key, alert in self.alerts.items()]


def _alarm(alert: Alert, said: int) -> Alarm:
    return Alarm(
        rule=alert.rule,
        subjects=alert.members or (alert.subject,),
        severity=alert.severity,
        said=said,
        since=alert.first_event,
        until=alert.last_event,
        score=100 * alert.severity.score + alert.confidence,
    )


def watch(events: pa.Table, guard: Guard, begun: Sequence[int] = ()) -> list[Alarm]:
    """Shows a guard events as they would arrive; every alert it gave, early ones included.

    Args:
        events: in the event's schema.
        guard: a fresh one.
        begun: when something begins, be it an attack or not, UTC ms.
    """
    heard = _Heard()
    for batch, now in as_they_come(events, begun):
        heard.take(guard.feed(batch), now)
        heard.take(guard.warn(), now)
    heard.take(guard.flush(), now)
    return heard.alarms()


def as_they_come(events: pa.Table, begun: Sequence[int] = ()) -> Iterator[tuple[pa.Table, int]]:
    """Events in order of arrival, in batches; with each its last arrival, UTC ms.

    A batch is a second's events, or ``LEAST`` if that is more, but ends ``LONGEST`` after its first; for ``CLOSELY``
    after each moment of ``begun`` it is a second's, for ``AT_ONCE`` a quarter of one. The guard at its post looks ten
    times a second, so what is measured here is never sooner than it would be.
    """
    received = pc.coalesce(events["received_at"], events["event_time"]).cast(pa.int64()).to_numpy() // 1000
    order = np.argsort(received, kind="stable")
    events, received = events.take(pa.array(order)), received[order]
    spans = np.searchsorted(received, np.sort(np.array(begun, np.int64))[:, None] + [0, AT_ONCE, CLOSELY])
    start = 0
    while start < len(received):
        at_once, closely = (((spans[:, 0] <= start) & (start < spans[:, place])).any() for place in (1, 2))
        step = np.array([QUARTER if at_once else SECOND, LONGEST])
        shortest, longest = np.searchsorted(received, received[start] + step)
        end = int(shortest)
        if not closely:
            ahead = spans[spans[:, 0] > start, 0].min(initial=len(received))
            end = min(max(end, start + LEAST), max(int(longest), start + 1), int(ahead))
        yield events.slice(start, end - start), int(received[end - 1])
        start = end


def grade_store(seed: int, visitors: int = VISITORS, days: int = 1) -> Card:
    """Marks the guard on one store with every attack and every look-alike."""
    store = Store(days=days, visitors=visitors, seed=seed)
    played = scenario(store, seed)
    simulation = simulate(store, played)
    events = pa.concat_tables([table for _, table in simulation])
    alarms = watch(events, new_guard(rules.rules()), [profile.start // 1000 for profile in played])
    return mark(_sources(events), labels(simulation.truth), set(attackers()), alarms)


def labels(truth: Truth) -> dict[str, Label]:
    """What every actor of a store is that is no plain shopper."""
    return {row["subject"]: Label(row["label"], row["kind"]) for row in truth.sources.to_pylist()}


def _sources(events: pa.Table) -> pa.Table:
    rows = relation(events).select(["event_time", "actor", *sorted(set(COLUMNS.values()) - {"actor"})])
    return rows.cast(
        pa.schema([(name, pa.int64() if name == "event_time" else pa.string()) for name in rows.schema.names])
    )


def grade_seeds(
    seeds: Sequence[int],
    workers: int,
    visitors: int = VISITORS,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, Any]:
    """Grades the guard on a store for every seed; the report of :func:`footfall.detect.report.report`."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(grade_store, seed, visitors): seed for seed in seeds}
        cards = {}
        for done, finished in enumerate(as_completed(waiting), 1):
            cards[waiting[finished]] = finished.result()
            progress(done, len(seeds))
    known = attackers()
    floods = {name for name, kind in known.items() if kind.flood}
    apart = {name for name, kind in known.items() if kind.apart}
    return report([cards[seed] for seed in seeds], floods, apart)
