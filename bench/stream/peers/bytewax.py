"""One dataflow, five sliding windows folded in Python, each fed by the same parsed stream.

Bytewax's event clock moves with the wall clock from the last event on, which would make events of a replay late that
are on time; here it is given a wall clock that stands still, and waits as long as an event may be late or fast.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import bytewax.operators as op
import bytewax.operators.windowing as win
from bytewax.connectors.files import FileSource
from bytewax.dataflow import Dataflow
from bytewax.operators import KeyedStream, Stream
from bytewax.operators.windowing import EventClock, SlidingWindower
from bytewax.testing import TestingSink, run_main

from bench.stream.work import ALLOWED, Job, Row, save

TITLE = "Bytewax"
DISTRIBUTION = "bytewax"
MOST = 20_000
"""It is given the first events only: all of them would take it hours."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STILL = datetime(2000, 1, 1, tzinfo=UTC)
WAIT = timedelta(milliseconds=3 * ALLOWED)

Event = dict[str, Any]
Counts = tuple[int, ...] | None


@dataclass
class Counted:
    """What one window of one key has counted: rows by name, distinct values by column."""

    rows: dict[str, int] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)

    def count(self, name: str) -> int:
        """How many rows."""
        return self.rows.get(name, 0)

    def distinct(self, name: str) -> int:
        """How many values."""
        return len(self.values.get(name, ()))

    def join(self, other: Counted) -> Counted:
        """Two windows as one."""
        for name, rows in other.rows.items():
            self.rows[name] = self.count(name) + rows
        for name, values in other.values.items():
            self.values.setdefault(name, set()).update(values)
        return self


@dataclass(frozen=True)
class Rule:
    """A rule: its key, its window and hop in seconds, how an event is counted, what it puts out."""

    name: str
    key: str
    window: int
    hop: int
    fold: Callable[[Any, Event], Any]
    judge: Callable[[Any], Counts]
    empty: Callable[[], Any] = Counted
    merge: Callable[[Any, Any], Any] = Counted.join


def of_kinds(*columns: str, kind: str | None = None) -> Callable[[Counted, Event], Counted]:
    """Counts rows by type, and distinct values of the columns where the event is of a kind."""

    def fold(counted: Counted, event: Event) -> Counted:
        name = event["event_type"]
        counted.rows[name] = counted.count(name) + 1
        if kind is None or name == kind:
            for column in columns:
                if event.get(column) is not None:
                    counted.values.setdefault(column, set()).add(event[column])
        return counted

    return fold


def flood(counted: Counted) -> Counts:
    """One address, more than the people behind it could."""
    events, sessions = sum(counted.rows.values()), counted.distinct("user_session")
    hit = events >= 40 and events >= 20 * sessions
    return (events, sessions, counted.distinct("path"), counted.distinct("user_agent")) if hit else None


def speed(counted: Counted) -> Counts:
    """One session, faster than anyone reads."""
    views, products = counted.count("view"), counted.distinct("product_id")
    return (views, products) if views >= 30 and 3 * products >= views else None


def walk(counted: Counted) -> Counts:
    """One session, product after product."""
    views, products = counted.count("view"), counted.distinct("product_id")
    shops = counted.count("cart") + counted.count("purchase")
    return (views, products) if products >= 60 and 10 * products >= 9 * views and not shops else None


def hoard(counted: Counted) -> Counts:
    """One session, cart after cart."""
    carts, views, removes = (counted.count(name) for name in ("cart", "view", "remove_from_cart"))
    products = counted.distinct("product_id")
    alone = products >= 15 and not counted.count("purchase")
    return (carts, products, views, removes) if alone and 5 * removes < carts and 2 * views < carts else None


def take_time(times: list[int], event: Event) -> list[int]:
    """The times of a window's events."""
    times.append(event["happened"])
    return times


def even(times: list[int]) -> Counts:
    """One session whose pauses are even."""
    times = sorted(times)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    total, squares = sum(gaps), sum(gap * gap for gap in gaps)
    if len(times) < 12 or max(gaps) > 30_000 or total < 24_000 or 16 * len(gaps) * squares >= 17 * total * total:
        return None
    return len(times), max(gaps), total, squares


RULES = (
    Rule("source_flood", "ip", 10, 1, of_kinds("user_session", "path", "user_agent"), flood),
    Rule("session_speed", "user_session", 60, 5, of_kinds("product_id", kind="view"), speed),
    Rule("catalogue_walk", "user_session", 600, 30, of_kinds("product_id", kind="view"), walk),
    Rule("metronome", "user_session", 900, 30, take_time, even, list[int], list.__add__),
    Rule("cart_hoard", "user_session", 600, 30, of_kinds("product_id", kind="cart"), hoard),
)


def watch(job: Job) -> dict[str, int]:
    """Reads the stream, writes what the rules found."""
    found: list[Row] = []
    flow = Dataflow("watch")
    lines = op.input("lines", flow, FileSource(job.stream, batch_size=1000))
    events = op.filter_map("parse", lines, parsed)
    clock = EventClock(lambda event: event["at"], WAIT, now_getter=lambda: STILL, to_system_utc=lambda _: None)
    for rule in RULES:
        op.output(f"{rule.name}_out", _watched(rule, events, clock), TestingSink(found))
    run_main(flow)
    return {"rows": save(job, found)}


def parsed(line: str) -> Event | None:
    """The event of a line, unless it is late."""
    event: Event = json.loads(line)
    event["at"] = datetime.fromisoformat(event["event_time"])
    event["happened"] = round(event["at"].timestamp() * 1000)
    arrived = datetime.fromisoformat(event["received_at"])
    late = arrived - event["at"] > timedelta(milliseconds=ALLOWED)
    return None if late or event["event_type"] == "request" else event


def _watched(rule: Rule, events: Stream[Event], clock: EventClock[Event, Any]) -> Stream[Row]:
    windower = SlidingWindower(timedelta(seconds=rule.window), timedelta(seconds=rule.hop), EPOCH)
    known = op.filter(f"{rule.name}_known", events, lambda event: event.get(rule.key) is not None)
    keyed: KeyedStream[Event] = op.key_on(f"{rule.name}_key", known, lambda event: event[rule.key])
    folded = win.fold_window(rule.name, keyed, clock, windower, rule.empty, rule.fold, rule.merge)

    def judged(item: tuple[str, tuple[int, Any]]) -> Iterator[Row]:
        key, (window, counted) = item
        if (counts := rule.judge(counted)) is not None:
            yield rule.name, key, (window * rule.hop + rule.window) * 1000, counts

    return op.flat_map(f"{rule.name}_judged", folded.down, judged)
