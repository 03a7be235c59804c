"""The guard graded: its alerts against the truth of a simulated store, attack by attack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from footfall.incident import Severity, Subject

PERSON = "person"
SHOPPER = "shopper"
COLUMNS = {
    "ip": "ip",
    "network": "network",
    "session": "user_session",
    "visitor": "visitor",
    "actor": "actor",
    "agent": "user_agent",
}
"""Kinds of subject that name sources by themselves, each with its column; of others only the members count."""

PANE = 10_000
"""Milliseconds in which an attack is loud: it sends more than everybody else did on average over the last minute, and
``PANE_EVENTS``."""

PANE_EVENTS = 10


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alert as the person on call met it.

    Attributes:
        rule: which rule.
        subjects: whom it names: its members where it has some, else its subject.
        severity: how bad.
        said: when it was first said, early or not, UTC ms of event time.
        since: start of what it covers, UTC ms.
        until: end of what it covers, inclusive.
        score: the highest score of its subject while it went on.
    """

    rule: str
    subjects: tuple[Subject, ...]
    severity: Severity
    said: int
    since: int
    until: int
    score: int


@dataclass(frozen=True, slots=True)
class Label:
    """What a source is: bot or person, and of which kind."""

    label: str = PERSON
    kind: str = SHOPPER


@dataclass(slots=True)
class Profile:
    """One attack on one store.

    Attributes:
        kind: which attack.
        sources: how many actors took part.
        found: how many of them an alert names.
        people: how many people are named by the alerts that found this attack.
        seconds: from its first event to the first alert; None where nobody noticed.
        leaked: its events before that alert; all of them where nobody noticed.
        rules: which rules found it.
        loud_seconds: from when it was loud to the first alert; 0 where that came before, None where nobody noticed.
    """

    kind: str
    sources: int
    found: int = 0
    people: int = 0
    seconds: float | None = None
    leaked: int = 0
    rules: set[str] = field(default_factory=set)
    loud_seconds: float | None = None


@dataclass(slots=True)
class Card:
    """The guard's marks on one store.

    Attributes:
        profiles: one for each attack.
        events: how many events the store had, attacks included.
        clean_events: those that belong to no attack.
        days: how long it ran.
        people: how many actors are people.
        flagged_people: how many of them an alert names.
        scores: (score, attack or nothing) of every actor that an alert names: what the rules that found it add up to.
        false_alerts: the rule and the subject of alerts that name no attacker.
        critical_on_lookalikes: how many of them were critical.
    """

    profiles: list[Profile]
    events: int
    clean_events: int
    days: float
    people: int
    flagged_people: int = 0
    scores: list[tuple[int, str]] = field(default_factory=list)
    false_alerts: list[tuple[str, str]] = field(default_factory=list)
    critical_on_lookalikes: int = 0


def mark(events: pa.Table, labels: Mapping[str, Label], attacks: AbstractSet[str], alarms: Sequence[Alarm]) -> Card:
    """Marks one store.

    Args:
        events: columns event_time (UTC ms), actor and those of ``COLUMNS``.
        labels: by actor; whoever is not in it is a person.
        attacks: the kinds that are attacks; bots of other kinds (crawlers, monitors) must stay quiet too.
        alarms: the alerts, in any order; those of severity info are left out.
    """
    heard = sorted((each for each in alarms if each.severity is not Severity.INFO), key=lambda each: each.said)
    seen = _Seen(events, labels, attacks)
    card, flagged = seen.card(), dict[str, dict[str, int]]()
    for alarm, actors in zip(heard, seen.covered(heard), strict=True):
        for actor in actors:
            rules = flagged.setdefault(actor, {})
            rules[alarm.rule] = max(rules.get(alarm.rule, 0), alarm.score)
        _assign(card, seen, alarm, actors)
    for profile in card.profiles:
        profile.found = len(seen.members[profile.kind] & flagged.keys())
        if profile.seconds is None:
            profile.leaked = seen.before(profile.kind, None)
    card.scores = [(sum(rules.values()), seen.attack(actor)) for actor, rules in flagged.items()]
    card.flagged_people = sum(seen.label(actor).label == PERSON for actor in flagged)
    return card


def _assign(card: Card, seen: _Seen, alarm: Alarm, actors: Sequence[str]) -> None:
    """Gives an alert to the attack that most of its actors belong to, or to the false ones."""
    kinds = Counter(kind for kind in (seen.label(actor).kind for actor in actors) if kind in seen.attacks)
    if not kinds:
        card.false_alerts.append((alarm.rule, alarm.subjects[0].name if alarm.subjects else ""))
        card.critical_on_lookalikes += alarm.severity is Severity.CRITICAL
        return
    kind = max(kinds, key=lambda name: (kinds[name], name))
    profile = next(each for each in card.profiles if each.kind == kind)
    profile.people += sum(seen.label(actor).label == PERSON for actor in actors)
    profile.rules.add(alarm.rule)
    if profile.seconds is None:
        profile.seconds = max(0, alarm.said - seen.began[kind]) / 1000
        profile.leaked = seen.before(kind, alarm.said)
        loud = seen.loud(kind)
        profile.loud_seconds = 0.0 if loud is None else max(0, alarm.said - loud) / 1000


class _Seen:
    """A store's events and labels, ready to be asked."""

    def __init__(self, events: pa.Table, labels: Mapping[str, Label], attacks: AbstractSet[str]) -> None:
        self.attacks = attacks
        self._labels = labels
        self._connection = duckdb.connect(config={"threads": 1})
        self._table("labels", {"actor": labels, "kind": [label.kind for label in labels.values()]})
        self._connection.register("given", events)
        self._connection.execute("CREATE TEMP TABLE events AS FROM given LEFT JOIN labels USING (actor)")
        self._connection.unregister("given")
        began = "SELECT kind, min(event_time) FROM events WHERE kind IS NOT NULL GROUP BY kind"
        self.began: dict[str, int] = dict(self._connection.execute(began).fetchall())
        self.members: dict[str, set[str]] = {kind: set() for kind in sorted(self.began) if kind in attacks}
        for actor, label in labels.items():
            if label.kind in self.members:
                self.members[label.kind].add(actor)

    def label(self, actor: str) -> Label:
        """What an actor is."""
        return self._labels.get(actor, Label())

    def attack(self, actor: str) -> str:
        """The attack an actor takes part in; nothing if none."""
        kind = self.label(actor).kind
        return kind if kind in self.attacks else ""

    def card(self) -> Card:
        """A card with nothing marked yet."""
        query = """
            SELECT count(*), count(*) FILTER (WHERE kind IS NULL OR NOT list_contains($attacks, kind)),
                   coalesce(max(event_time) - min(event_time), 0) / 86400000, count(DISTINCT actor) FROM events"""
        found = self._connection.execute(query, {"attacks": sorted(self.attacks)}).fetchall()
        events, clean, days, actors = found[0]
        bots = sum(label.label != PERSON for label in self._labels.values())
        profiles = [Profile(kind, len(members)) for kind, members in self.members.items()]
        return Card(profiles, events, clean, days, actors - bots)

    def before(self, kind: str, moment: int | None) -> int:
        """How many events of an attack came before a moment; all of them if None."""
        query = "SELECT count(*) FROM events WHERE kind = $kind AND ($moment IS NULL OR event_time < $moment)"
        return int(self._connection.execute(query, {"kind": kind, "moment": moment}).fetchall()[0][0])

    def loud(self, kind: str) -> int | None:
        """When an attack was loud for the first time, UTC ms; None if it never was."""
        query = """
            WITH pane AS (
              SELECT event_time // $size AS pane, count(*) AS n,
                     count(*) FILTER (kind IS NOT DISTINCT FROM $kind) AS own
              FROM events GROUP BY pane
            ), beside AS (
              SELECT pane, own, sum(n - own) OVER (ORDER BY pane RANGE 5 PRECEDING) / 6 AS rest FROM pane
            )
            SELECT min(pane) * $size FROM beside WHERE own >= $least AND own > rest"""
        asked = {"kind": kind, "size": PANE, "least": PANE_EVENTS}
        found: int | None = self._connection.execute(query, asked).fetchall()[0][0]
        return None if found is None else max(found, self.began[kind])

    def covered(self, alarms: Sequence[Alarm]) -> list[list[str]]:
        """The actors that each alert names, by the events it covers."""
        rows = [
            (index, subject.kind, subject.name, alarm.since, alarm.until)
            for index, alarm in enumerate(alarms)
            for subject in alarm.subjects
        ]
        names = ("alarm", "kind", "name", "since", "until")
        self._table("named", {name: [row[place] for row in rows] for place, name in enumerate(names)})
        found: list[list[str]] = [[] for _ in alarms]
        for kind, column in COLUMNS.items():
            query = f"""
                SELECT DISTINCT alarm, actor FROM named JOIN events
                  ON {column} = name AND event_time BETWEEN since AND until
                WHERE named.kind = '{kind}' AND actor IS NOT NULL ORDER BY ALL"""
            for alarm, actor in self._connection.execute(query).fetchall():
                found[alarm].append(actor)
        return [sorted(set(actors)) for actors in found]

    def _table(self, name: str, columns: Mapping[str, Iterable[Any]]) -> None:
        kinds = {"alarm": pa.int64(), "since": pa.int64(), "until": pa.int64()}
        arrays = {key: pa.array(list(values), kinds.get(key, pa.string())) for key, values in columns.items()}
        self._connection.register("incoming", pa.table(arrays))
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM incoming")
        self._connection.unregister("incoming")
