"""Late events, the watermark, and the feeds over windows that have closed."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall import rules
from footfall.detect.arrivals import Arrivals
from footfall.detect.pulse import Pulse, Row
from footfall.detect.relation import SCHEMA
from tests.detect.conftest import START, Said, as_relation, made

EVENTS = made(8, 100)


def plain(rows: list[Row]) -> Said:
    return [(name, end, table.to_pylist()) for name, end, table in rows]


def told(
    events: pa.Table, cuts: list[int], chances: Random | None = None
) -> list[tuple[str, int, list[dict[str, object]]]]:
    """What the feeds say of events in batches; taken up again at random where there are chances."""
    pulse, found, arrivals = Pulse(rules.feeds()), [], Arrivals()
    edges = [0, *sorted(cuts), len(events)]
    for start, stop in pairwise(edges):
        if chances and chances.random() < 0.5:
            state, kept = pulse.snapshot(), arrivals.snapshot()
            pulse, arrivals = Pulse(rules.feeds()), Arrivals()
            pulse.restore(state)
            arrivals.restore(kept)
        on_time = arrivals.take(events.slice(start, stop - start))
        found += plain(pulse.feed(on_time, arrivals.watermark))
    return found + plain(pulse.flush())


def asked(events: pa.Table) -> dict[tuple[str, int], set[tuple[object, ...]]]:
    """The same from the feeds' own texts, window by window."""
    on_time = Arrivals().take(events)
    connection, found = duckdb.connect(), {}
    for name, feed in rules.feeds().items():
        ends = {time // feed.size * feed.size + feed.size for time in on_time["event_time"].to_pylist()}
        for end in ends:
            times = on_time["event_time"]
            inside = pc.and_(pc.greater_equal(times, end - feed.size), pc.less(times, end))
            connection.register("events", on_time.filter(inside))
            answer = connection.sql(feed.text)
            place = answer.columns.index("events")
            if rows := {tuple(row) for row in answer.fetchall() if row[place]}:
                found[name, end] = rows
    return found


def test_the_feeds_say_what_their_texts_say() -> None:
    found = told(EVENTS, [30, 60])
    keys = [(end, name) for name, end, _ in found]
    assert keys == sorted(keys)
    rows = {(name, end): {tuple(row.values())[:-1] for row in table} for name, end, table in found}
    assert rows == asked(EVENTS)
    assert all(row["window_end"] == end for _, end, table in found for row in table)


@settings(max_examples=5, deadline=None)
@given(cuts=st.lists(st.integers(0, 100), max_size=20), chances=st.randoms(use_true_random=False))
def test_batches_and_restarts_do_not_matter(cuts: list[int], chances: Random) -> None:
    assert told(EVENTS, cuts, chances) == told(EVENTS, [])


def test_no_events_no_rows() -> None:
    pulse = Pulse(rules.feeds())
    assert pulse.feed(SCHEMA.empty_table(), START) == []
    assert pulse.flush() == []


@pytest.mark.parametrize(("lag", "late"), [(5_000, 0), (5_001, 1), (-3_000, 0), (0, 0), (2_001, 0)])
def test_lateness_is_the_events_own(lag: int, late: int) -> None:
    arrivals = Arrivals()
    events = as_relation([{"event_time": START, "received_at": START + lag, "event_type": "view", "anon_id": "a"}])
    assert len(arrivals.take(events)) == 1 - late
    assert (arrivals.late, arrivals.seen) == (late, 1 - late)


def test_the_watermark_follows_what_was_received() -> None:
    arrivals = Arrivals(2_000)
    assert arrivals.watermark == -1
    fast = [{"event_time": START + 60_000, "received_at": START, "event_type": "view", "anon_id": "a"}]
    arrivals.take(as_relation(fast))
    assert arrivals.watermark == START - 2_001
    assert arrivals.idle(START + 10_000) == START + 7_999
    assert arrivals.idle(START) == START + 7_999
    behind = [{"event_time": START + 7_999 + more, "event_type": "view", "anon_id": "a"} for more in (0, 1)]
    assert len(arrivals.take(as_relation(behind))) == 1
    assert arrivals.late == 1
    assert arrivals.flush() == START + 60_001
