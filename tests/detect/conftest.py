"""Events made to hit edges, and every way of cutting them into batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from footfall import rules
from footfall.detect.arrivals import Arrivals
from footfall.detect.relation import relation
from footfall.detect.windows import Found, Windows
from footfall.event import arrow_schema
from footfall.rules import Watch

RULES = Path(__file__).parent / "rules"
START = 1_756_700_000_000
TYPES = ("view", "view", "view", "page", "cart", "remove_from_cart", "purchase", "login_failed", "payment_failed")
AGENTS = ("Safari", "Chrome", "Googlebot/2.1", "curl", None)
ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.1.1", "66.249.64.1", "2001:db8::1", None)

Said = list[tuple[str, int, list[dict[str, Any]]]]


def some(random: Random, values: Sequence[Any]) -> Any:
    """One of some values, the first ones more often."""
    return values[min(int(random.expovariate(0.6)), len(values) - 1)]


def row(random: Random, time: int) -> dict[str, Any]:
    """An event at a time."""
    late = random.choice((0, 3, 800, 800, 4_999, 5_000, 5_001, 9_000, -4_000))
    return {
        "event_time": time,
        "received_at": time + late,
        "event_type": random.choice(TYPES),
        "product_id": some(random, ("p1", "p2", "p3", "p4", None)),
        "price": random.choice((None, 99, 250, 501)),
        "quantity": random.choice((None, 1, 2)),
        "user_id": some(random, (None, "u1", "u2", "u3")),
        "anon_id": some(random, ("a1", None, "a2")),
        "user_session": some(random, ("s1", "s2", "s3", "s4", None)),
        "ip": some(random, ADDRESSES),
        "user_agent": some(random, AGENTS),
        "path": some(random, ("/", "/a", None)),
        "campaign": some(random, (None, "spring")),
        "referrer": some(random, (None, "https://example.com/")),
    }


def times(random: Random, count: int) -> Iterator[int]:
    """Times with ties, whole seconds, edges of windows and long quiet."""
    now = START
    for _ in range(count):
        now += random.choice((0, 0, 1, 400, 1_000, 2_500, 5_000))
        now += random.choice((60_000, 3_600_000)) if random.random() < 0.02 else 0
        if random.random() < 0.3:
            now += -now % random.choice((1_000, 5_000, 30_000))
        yield now - (random.random() < 0.1)


def made(seed: int, count: int = 120) -> pa.Table:
    """Events in the order of their arrival, as the relation."""
    random = Random(seed)
    rows = sorted((row(random, time) for time in times(random, count)), key=lambda event: event["received_at"])
    return as_relation(rows)


def as_relation(rows: list[dict[str, Any]]) -> pa.Table:
    """The relation of some events, whose times are UTC ms."""
    columns: dict[str, Any] = {name: [event.get(name) for event in rows] for name in rows[0]}
    for name in ("event_time", "received_at"):
        if name in columns:
            columns[name] = pa.array(columns[name], pa.timestamp("ms", tz="UTC"))
    types = {field.name: field.type for field in arrow_schema()}
    return relation(pa.table({name: pa.array(values).cast(types[name]) for name, values in columns.items()}))


def said(found: Sequence[Found]) -> Said:
    """Findings as plain values."""
    return [(each.watch.id, each.window_end, each.table.to_pylist()) for each in found]


def run(engine: Windows, events: pa.Table, cuts: Sequence[int], allowed: int = 5_000) -> Said:
    """All that an engine says of events handed over in batches.

    Args:
        engine: a new one.
        events: in order of arrival.
        cuts: where a new batch begins.
    """
    arrivals, told = Arrivals(allowed), []
    edges = [0, *sorted(cuts), len(events)]
    for start, stop in pairwise(edges):
        on_time = arrivals.take(events.slice(start, stop - start))
        told += said(engine.feed(on_time, arrivals.watermark))
    return told + said(engine.flush())


@pytest.fixture(scope="session")
def low() -> tuple[Watch, ...]:
    return rules.load(RULES / "low.sql").watches


@pytest.fixture(scope="session")
def own() -> tuple[Watch, ...]:
    return tuple(watch for rule in rules.rules().values() for watch in rule.watches)
