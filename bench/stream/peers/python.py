"""One pass, nothing but the standard library: totals by key in dictionaries, added to and taken from pane by pane.

Events wait in panes of a second until the watermark has passed; a rule then adds the newest pane and takes away the one
that leaves its window. Only keys whose first count is over its bound are looked at when a window closes.
"""

from __future__ import annotations

import json
import platform
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from bench.stream.work import ALLOWED, BEHIND, Job, Row, save

TITLE = "Python dictionaries"
DISTRIBUTION = "footfall"
VERSION = platform.python_version()

PANE = 1000
"""The pane that every hop is a multiple of, ms."""

Event = tuple[Any, ...]
"""Time (UTC ms), type, product, session, address, agent, path; None where it has none."""
TIME, TYPE, PRODUCT, SESSION, ADDRESS, AGENT, PATH = range(7)
Counts = tuple[int, ...] | None


@dataclass
class Totals:
    """What one key counts up to in the window: rows by name, and for each distinct how often each value is there."""

    rows: Counter[str] = field(default_factory=Counter)
    values: tuple[Counter[str], ...] = ()


@dataclass
class Counting:
    """A rule of counts and distincts.

    Attributes:
        name: of the rule.
        key: which part of an event is the key.
        window: ms.
        hop: ms.
        counted: the name under which an event is counted.
        distinct: parts of an event whose distinct values matter, where the event is counted as ``of`` or that is None.
        of: see ``distinct``.
        hot: what must be counted at least so often before the rule is asked.
        judge: what the rule puts out; None when the key is under its bound.
        keys: what each key counts up to.
        over: keys that are hot.
    """

    name: str
    key: int
    window: int
    hop: int
    counted: Callable[[Event], str]
    distinct: tuple[int, ...]
    of: str | None
    hot: tuple[str, int]
    judge: Callable[[Totals], Counts]
    keys: dict[str, Totals] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def add(self, events: list[Event]) -> None:
        """Takes in the events of a pane."""
        name, bound = self.hot
        for event in events:
            key = event[self.key]
            if key is None:
                continue
            totals = self.keys.get(key)
            if totals is None:
                totals = self.keys[key] = Totals(values=tuple(Counter() for _ in self.distinct))
            counted = self.counted(event)
            totals.rows[counted] += 1
            if self.of is None or counted == self.of:
                for values, part in zip(totals.values, self.distinct, strict=True):
                    if (value := event[part]) is not None:
                        values[value] += 1
            if counted == name and totals.rows[name] >= bound:
                self.over.add(key)

    def remove(self, events: list[Event]) -> None:
        """Takes back the events of a pane that has left the window."""
        name, bound = self.hot
        for event in events:
            key = event[self.key]
            if key is None:
                continue
            totals = self.keys[key]
            counted = self.counted(event)
            _less(totals.rows, counted)
            if self.of is None or counted == self.of:
                for values, part in zip(totals.values, self.distinct, strict=True):
                    if (value := event[part]) is not None:
                        _less(values, value)
            if counted == name and totals.rows[name] < bound:
                self.over.discard(key)
            if not totals.rows:
                del self.keys[key]

    def found(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The keys over the bound, and their counts."""
        for key in self.over:
            counts = self.judge(self.keys[key])
            if counts is not None:
                yield key, counts


def _less(counter: Counter[str], value: str) -> None:
    if counter[value] == 1:
        del counter[value]
    else:
        counter[value] -= 1


@dataclass
class Steps:
    """The times of one session in the window, the pauses between them, and what these add up to."""

    times: deque[int] = field(default_factory=deque)
    gaps: deque[int] = field(default_factory=deque)
    total: int = 0
    squares: int = 0
    long: int = 0


@dataclass
class Pausing:
    """The metronome: pauses between a session's events, both ends inside the window."""

    name: str = "metronome"
    window: int = 900_000
    hop: int = 30_000
    longest: int = 30_000
    least: int = 12
    keys: dict[str, Steps] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def add(self, events: list[Event]) -> None:
        """Takes in the events of a pane, which come after all those before."""
        for event in sorted(events, key=lambda event: event[TIME]):
            key = event[SESSION]
            if key is None:
                continue
            steps = self.keys.get(key)
            if steps is None:
                steps = self.keys[key] = Steps()
            if steps.times:
                gap = event[TIME] - steps.times[-1]
                steps.gaps.append(gap)
                steps.total += gap
                steps.squares += gap * gap
                steps.long += gap > self.longest
            steps.times.append(event[TIME])
            if len(steps.times) >= self.least:
                self.over.add(key)

    def remove(self, events: list[Event]) -> None:
        """Takes back the events of a pane: as many of each session's earliest as the pane had."""
        for event in events:
            key = event[SESSION]
            if key is None:
                continue
            steps = self.keys[key]
            steps.times.popleft()
            if steps.gaps:
                gap = steps.gaps.popleft()
                steps.total -= gap
                steps.squares -= gap * gap
                steps.long -= gap > self.longest
            if len(steps.times) < self.least:
                self.over.discard(key)
            if not steps.times:
                del self.keys[key]

    def found(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The sessions whose pauses are even."""
        for key in self.over:
            steps = self.keys[key]
            if steps.long or steps.total < 24_000:
                continue
            if 16 * len(steps.gaps) * steps.squares < 17 * steps.total * steps.total:
                yield key, (len(steps.times), max(steps.gaps), steps.total, steps.squares)


def flood(totals: Totals) -> Counts:
    """One address, more than the people behind it could."""
    events = totals.rows["event"]
    sessions, paths, agents = map(len, totals.values)
    return (events, sessions, paths, agents) if events >= 40 and events >= 20 * sessions else None


def speed(totals: Totals) -> Counts:
    """One session, faster than anyone reads."""
    views, products = totals.rows["view"], len(totals.values[0])
    return (views, products) if views >= 30 and 3 * products >= views else None


def walk(totals: Totals) -> Counts:
    """One session, product after product."""
    views, products = totals.rows["view"], len(totals.values[0])
    shops = totals.rows["cart"] or totals.rows["purchase"]
    return (views, products) if products >= 60 and 10 * products >= 9 * views and not shops else None


def hoard(totals: Totals) -> Counts:
    """One session, cart after cart."""
    rows, products = totals.rows, len(totals.values[0])
    carts, views, removes = rows["cart"], rows["view"], rows["remove_from_cart"]
    alone = products >= 15 and not rows["purchase"]
    return (carts, products, views, removes) if alone and 5 * removes < carts and 2 * views < carts else None


def rules() -> list[Counting | Pausing]:
    """The five rules."""
    viewed = {"key": SESSION, "counted": itemgetter(TYPE), "distinct": (PRODUCT,), "of": "view"}
    return [
        Counting(
            "source_flood", ADDRESS, 10_000, 1000, lambda _: "event", (SESSION, PATH, AGENT), None, ("event", 40), flood
        ),
        Counting("session_speed", window=60_000, hop=5000, hot=("view", 30), judge=speed, **viewed),  # type: ignore[arg-type]
        Counting("catalogue_walk", window=600_000, hop=30_000, hot=("view", 60), judge=walk, **viewed),  # type: ignore[arg-type]
        Pausing(),
        Counting("cart_hoard", SESSION, 600_000, 30_000, itemgetter(TYPE), (PRODUCT,), "cart", ("cart", 15), hoard),
    ]


def watch(job: Job) -> dict[str, int]:
    """Reads the stream, writes what the rules found."""
    panes: defaultdict[int, list[Event]] = defaultdict(list)
    watching, latest = Watching(rules(), panes), 0
    with job.stream.open("rb") as lines:
        for line in lines:
            happened, arrived, event = parsed(json.loads(line))
            if arrived > latest:
                latest = arrived
                watching.advance(latest - BEHIND)
            if arrived - happened <= ALLOWED and event[TYPE] != "request":
                panes[happened // PANE].append(event)
    watching.finish()
    return {"rows": save(job, watching.found)}


def parsed(line: dict[str, Any]) -> tuple[int, int, Event]:
    """When it happened, when it arrived, and what rules read of it."""
    happened = milliseconds(line["event_time"])
    arrived = milliseconds(line["received_at"]) if "received_at" in line else happened
    names = ("product_id", "user_session", "ip", "user_agent", "path")
    return happened, arrived, (happened, line["event_type"], *map(line.get, names))


def milliseconds(text: str) -> int:
    """A time in ISO 8601 as UTC ms."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@dataclass
class Watching:
    """Panes that wait, and the rules that are given them once no event of theirs can follow."""

    rules: list[Counting | Pausing]
    panes: dict[int, list[Event]]
    next: int | None = None
    kept: dict[int, list[Event]] = field(default_factory=dict)
    found: list[Row] = field(default_factory=list)

    def advance(self, watermark: int) -> None:
        """Closes every pane that ends at or before the watermark."""
        if self.next is None:
            self.next = watermark // PANE
        while (self.next + 1) * PANE <= watermark + 1:
            self._close(self.next)
            self.next += 1

    def finish(self) -> None:
        """Closes every window that holds an event."""
        last = max(self.panes, default=self.next or 0) * PANE
        self.advance(last + PANE + max(rule.window for rule in self.rules))

    def _close(self, pane: int) -> None:
        self.kept[pane] = events = self.panes.pop(pane, [])
        end = (pane + 1) * PANE
        for rule in self.rules:
            rule.remove(self.kept.get(pane - rule.window // PANE, []))
            rule.add(events)
            if end % rule.hop == 0:
                self.found += [(rule.name, key, end, counts) for key, counts in rule.found()]
        self.kept.pop(pane - max(rule.window for rule in self.rules) // PANE, None)
