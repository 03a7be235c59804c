"""Events that come twice count once: by hand, against the definition, and through the guard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from footfall import rules
from footfall.detect.copies import Copies
from footfall.detect.guard import Guard
from footfall.detect.windows.panes import Panes
from footfall.event import arrow_schema

WITHIN = 5_000
Arrived = tuple[str | None, int]


def table(events: Sequence[Arrived]) -> pa.Table:
    """Events as (id, ms of receipt); the time of each says which it is."""
    rows = [
        {"event_id": key, "event_time": place * 1_000, "received_at": at * 1_000, "event_type": "view"}
        for place, (key, at) in enumerate(events)
    ]
    return pa.Table.from_pylist(rows, arrow_schema())


def kept(events: Sequence[Arrived], cuts: Sequence[int] = (), restart: bool = False) -> list[int]:
    """Places of the events let through, handed over in batches."""
    copies, whole, found = Copies(WITHIN), table(events), list[int]()
    for start, stop in pairwise([0, *sorted(cuts), len(events)]):
        rows = copies.without(whole.slice(start, stop - start))
        found += [int(time.timestamp() * 1000) for time in rows["event_time"].to_pylist()]
        if restart:
            state, copies = copies.snapshot(), Copies(WITHIN)
            copies.restore(state)
    assert copies.dropped == len(events) - len(found)
    return found


def test_an_id_counts_once_for_five_seconds() -> None:
    sent: list[Arrived] = [("a", 0), ("b", 10), ("a", 20), (None, 20), (None, 20), ("a", 5_020), ("a", 10_021)]
    assert kept(sent) == [0, 1, 3, 4, 6]


def test_what_has_no_id_is_let_through() -> None:
    events = table([(None, 0), (None, 0)])
    assert Copies().without(events) is events
    bare = events.drop_columns(["event_id"])
    assert Copies().without(bare) is bare


def defined(events: Sequence[Arrived]) -> list[int]:
    """The definition, event by event."""
    last: dict[str, int] = {}
    found = []
    for place, (key, at) in enumerate(events):
        if key is None or key not in last or at - last[key] > WITHIN:
            found.append(place)
        if key is not None:
            last[key] = at
    return found


ARRIVED = st.tuples(st.sampled_from([None, "a", "b", "c", "d", "e"]), st.integers(0, 4_000))


@given(st.lists(ARRIVED, max_size=40), st.lists(st.integers(0, 40), max_size=6), st.booleans())
def test_batches_and_restarts_do_not_matter(steps: list[Arrived], cuts: list[int], restart: bool) -> None:
    now, events = 0, list[Arrived]()
    for key, pause in steps:
        now += pause
        events.append((key, now))
    assert kept(events, [cut for cut in cuts if cut <= len(events)], restart) == defined(events)


def flood(ids: Sequence[str]) -> list[str]:
    """The rules that find an address that sends an event with each of some ids, four a second."""
    rows = [
        {
            "event_id": key,
            "event_time": datetime.fromtimestamp(1_700_000_000 + place // 2 / 4, UTC),
            "event_type": "page",
            "ip": "203.0.113.9",
            "user_agent": "curl",
            "path": "/",
        }
        for place, key in enumerate(ids)
    ]
    known = {"source_flood": rules.rules()["source_flood"]}
    guard = Guard(known, rules.feeds(), Panes(known["source_flood"].watches))
    changes = [guard.feed(pa.Table.from_pylist(rows, arrow_schema())), guard.flush()]
    assert guard.seen + guard.copies == len(ids)
    return [alert.rule for each in changes for _, alert in each.alerts]


def test_a_retry_is_no_flood() -> None:
    assert flood([f"e{n // 2}" for n in range(60)]) == []
    assert "source_flood" in flood([f"e{n}" for n in range(60)])
