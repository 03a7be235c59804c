"""What is usual: averages that forget slowly over the rows of the feeds, in the order in which windows close."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log
from typing import Any

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

LAG = 15 * MINUTE
"""Rows are learnt so long after they closed: before any window that holds them is judged, and after an attack in them
was found."""

LONGEST_FREEZE = 6 * HOUR
"""After so much time not learnt, what looked like an attack is taken for the new usual, and learnt slowly."""

WARM_UP = 10 * MINUTE
"""Until so much was learnt, rows are taken as they are."""

STEP = 3
"""One row counts for no more than so many times the usual, and ``ROOM`` events."""

ROOM = 20
CEILING = 5
"""The pace counts for no more than so many times the week's, once a day was learnt: what grows slowly does not become
usual within hours."""

MEMBERS = 50_000
"""Members of the feeds remembered at most; the least seen are forgotten."""

Row = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(slots=True)
class Average:
    """Sums that halve every ``half_life`` of learnt time, by key and count.

    Attributes:
        half_life: milliseconds.
        clock: learnt time, milliseconds: it stands still while nothing is learnt.
        sums: of each key: when it was last added to, and the sums then.
    """

    half_life: int
    clock: int = 0
    sums: dict[Key, tuple[int, dict[str, float]]] = field(default_factory=dict)

    def add(self, key: Key, counts: Mapping[str, float]) -> None:
        """Adds what happened at ``clock``."""
        at, old = self.sums.get(key, (self.clock, {}))
        kept = self._faded(at)
        self.sums[key] = (
            self.clock,
            {name: old.get(name, 0.0) * kept + counts.get(name, 0) for name in old.keys() | counts.keys()},
        )

    def sum(self, key: Key, name: str) -> float:
        """The faded sum of a count."""
        at, sums = self.sums.get(key, (self.clock, {}))
        return sums.get(name, 0.0) * self._faded(at)

    def rate(self, key: Key, name: str) -> float:
        """A count's average in a minute of learnt time; 0 before any was learnt."""
        seen = self.half_life / log(2) * (1 - 0.5 ** (self.clock / self.half_life))
        return self.sum(key, name) / seen * MINUTE if seen else 0.0

    def forget(self, most: int) -> None:
        """Keeps the keys most seen."""
        if len(self.sums) > most:
            ranked = sorted(self.sums, key=lambda key: (-self.sum(key, "events"), key))
            self.sums = {key: self.sums[key] for key in ranked[: most * 3 // 4]}

    def _faded(self, at: int) -> float:
        return float(0.5 ** ((self.clock - at) / self.half_life))


@dataclass(slots=True)
class History:
    """What was usual until a quarter of an hour ago.

    Rows are handed over as their windows close (:meth:`add`), in any batches; before a window is judged the caller
    says what time it is (:meth:`advance`): so what is usual never depends on how rows came. An attack is never learnt:
    whoever finds one says so (:meth:`spoil`) before its rows are due.
    """

    averages: dict[str, Average] = field(
        default_factory=lambda: {
            "pace": Average(HOUR),
            "traffic": Average(WEEK),
            "members": Average(DAY),
        }
    )
    ends: dict[str, int] = field(default_factory=dict)
    pending: deque[tuple[int, str, int, list[dict[str, Any]]]] = field(default_factory=deque)
    spoilt: dict[Key, list[tuple[int, int]]] = field(default_factory=dict)
    frozen: int = 0

    def add(self, feed: str, end: int, size: int, rows: Iterable[Row]) -> None:
        """Takes the rows of a closed window.

        Args:
            feed: ``traffic`` or ``members``.
            end: end of the window, UTC ms; ends of a feed never go back.
            size: its length, ms.
            rows: its rows; none where nothing happened.
        """
        self.pending.append((end, feed, size, [dict(row) for row in rows]))

    def advance(self, now: int) -> None:
        """Learns the rows that are due at ``now``, the end of the window about to be judged, UTC ms."""
        due = sorted((item for item in self.pending if item[0] <= now - LAG), key=lambda item: item[:2])
        if due:
            self.pending = deque(item for item in self.pending if item[0] > now - LAG)
            for end, feed, size, rows in due:
                self._learn(feed, end, size, rows)
            self._tidy(now)

    def spoil(self, since: int, until: int, kind: str = "site", name: str = "site") -> None:
        """Says that an attack went on: about a site all rows of that time are not learnt, else those of one member."""
        spans = self.spoilt.setdefault((kind, name), [])
        if spans and spans[-1][0] <= since <= spans[-1][1]:
            since, until = spans[-1][0], max(until, spans.pop()[1])
        spans.append((since, until))

    @property
    def minutes(self) -> int:
        """How long it has learnt."""
        return max(average.clock for average in self.averages.values()) // MINUTE

    def usual(self, dimension: str, member: str, count: str) -> float:
        """How much of something there is in a minute: ``usual("product", "4711", "carts")``; 0 for what is unknown."""
        return self.averages["members"].rate((dimension, member), count)

    def share(self, dimension: str, member: str, count: str, of: str | None = None) -> float:
        """A member's part of what the site counts."""
        members = self.averages["members"]
        whole = members.sum(("site", "site"), of or count)
        return members.sum((dimension, member), count) / whole if whole else 0.0

    def pace(self) -> float:
        """Events in five seconds, over the last hours."""
        return self.averages["pace"].rate(("traffic", "site"), "events") / 12

    def mix(self, count: str, of: str = "events") -> float:
        """Which part of the site's events are of a kind: ``intents`` of ``views``, ``strangers`` of ``events``."""
        traffic = self.averages["traffic"]
        whole = traffic.sum(("traffic", "site"), of)
        return traffic.sum(("traffic", "site"), count) / whole if whole else 0.0

    def alike(self, dimension: str) -> float:
        """The odds that two events of one pane share an actor, an agent or a path."""
        traffic = self.averages["traffic"]
        whole = traffic.sum(("traffic", dimension), "pairs")
        return traffic.sum(("traffic", dimension), "same") / whole if whole else 0.0

    def snapshot(self) -> bytes:
        """Everything, as JSON: the same history gives the same bytes."""
        averages = {
            name: [average.half_life, average.clock, sorted([*key, *value] for key, value in average.sums.items())]
            for name, average in self.averages.items()
        }
        spoilt = sorted([*key, spans] for key, spans in self.spoilt.items())
        whole = [averages, self.ends, list(self.pending), spoilt, self.frozen]
        return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def restore(cls, snapshot: bytes) -> History:
        """The history of a snapshot."""
        averages, ends, pending, spoilt, frozen = json.loads(snapshot)
        return cls(
            {
                name: Average(half_life, clock, {(kind, member): (at, sums) for kind, member, at, sums in rows})
                for name, (half_life, clock, rows) in averages.items()
            },
            ends,
            deque((end, feed, size, rows) for end, feed, size, rows in pending),
            {(kind, name): [(since, until) for since, until in spans] for kind, name, spans in spoilt},
            frozen,
        )

    def _learn(self, feed: str, end: int, size: int, rows: list[dict[str, Any]]) -> None:
        elapsed = max(0, end - self.ends.get(feed, end - size))
        self.ends[feed] = max(end, self.ends.get(feed, end))
        if self._is_spoilt(("site", "site"), end - size, end) and self.frozen < LONGEST_FREEZE:
            self.frozen += elapsed if feed == "traffic" else 0
            return
        if feed == "traffic":
            self.frozen = self.frozen if self._is_spoilt(("site", "site"), end - size, end) else 0
        for name in ("pace", "traffic") if feed == "traffic" else ("members",):
            self.averages[name].clock += elapsed
        for row in rows:
            self._take(feed, end, size, row)

    def _take(self, feed: str, end: int, size: int, row: Row) -> None:
        member = row["dimension"] if feed == "traffic" else row["member"]
        key = ("traffic", member) if feed == "traffic" else (row["dimension"], member)
        if feed == "members" and self._is_spoilt(key, end - size, end):
            return
        counts = {name: value for name, value in row.items() if name not in ("dimension", "member", "window_end")}
        if feed == "traffic":
            counts["pairs"] = counts["events"] * (counts["events"] - 1)
            counts["same"] = counts["squares"] - counts["events"]
            bounded = self._bounded("pace", key, size, counts)
            self.averages["pace"].add(key, {"events": bounded["events"]})
            self.averages["traffic"].add(key, bounded)
        else:
            self.averages["members"].add(key, self._bounded("members", key, size, counts))

    def _bounded(self, name: str, key: Key, size: int, counts: dict[str, float]) -> dict[str, float]:
        """A row that is far above the usual, made smaller with its proportions kept."""
        average = self.averages[name]
        bound = STEP * average.rate(key, "events") * size / MINUTE + ROOM
        week = self.averages["traffic"]
        if name == "pace" and week.clock >= DAY:
            bound = min(bound, CEILING * week.rate(key, "events") * size / MINUTE + ROOM)
        if average.clock <= WARM_UP or counts["events"] <= bound:
            return counts
        return {each: value * bound / counts["events"] for each, value in counts.items()}

    def _is_spoilt(self, key: Key, since: int, until: int) -> bool:
        return any(first < until and since < last for first, last in self.spoilt.get(key, ()))

    def _tidy(self, now: int) -> None:
        self.averages["members"].forget(MEMBERS)
        kept = {key: [span for span in spans if span[1] > now - 2 * LAG] for key, spans in self.spoilt.items()}
        self.spoilt = {key: spans for key, spans in kept.items() if spans}
