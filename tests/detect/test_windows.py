"""The fast engine says row for row what the rules' own text says, whatever the batches, the order and the restarts."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.conformance.rules import lowered
from footfall.detect.relation import COLUMNS, SCHEMA, steps
from footfall.detect.windows import Oracle, Panes, Windows
from footfall.detect.windows.state import StateError
from footfall.rules import Watch
from tests.detect.conftest import START, Said, as_relation, made, row, run, said

SEEDS = range(4)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_shape_of_watch_is_equal(low: tuple[Watch, ...], seed: int) -> None:
    events = made(seed)
    told = run(Panes(low), events, range(7, len(events), 7))
    assert told == run(Oracle(low), events, range(29, len(events), 29))
    assert {name.partition(".")[2] for name, _, _ in told} >= {watch.name for watch in low[:5]}


def test_every_shape_is_found_somewhere(low: tuple[Watch, ...]) -> None:
    found = {name for seed in SEEDS for name, _, _ in run(Panes(low), made(seed), ())}
    assert found == {watch.id for watch in low}


@pytest.mark.parametrize("seed", [11, pytest.param(12, marks=pytest.mark.slow)])
def test_every_rule_is_equal_with_low_bounds(own: tuple[Watch, ...], seed: int) -> None:
    watches = [lowered(watch) for watch in own]
    events = made(seed, 60)
    told = run(Panes(watches), events, [20, 40])
    assert told == run(Oracle(watches), events, [30])
    assert len({name for name, _, _ in told}) > len(watches) // 2


@pytest.mark.parametrize("seed", [21, 22])
def test_every_rule_is_equal_as_it_stands(own: tuple[Watch, ...], seed: int) -> None:
    random = Random(seed)
    rows = [row(random, START + 40 * place) | {"user_agent": "Chrome"} for place in range(500)]
    events = as_relation(sorted(rows, key=lambda event: event["received_at"]))
    short = [replace(watch, size=min(watch.size, 4 * watch.hop)) for watch in own]
    told = run(Panes(short), events, range(100, 500, 100))
    assert told == run(Oracle(short), events, [])
    assert told


class Restarted:
    """An engine that is stopped and taken up again between any two batches."""

    def __init__(self, watches: tuple[Watch, ...], chances: Random) -> None:
        self._watches, self._chances, self._engine = watches, chances, Panes(watches)

    def feed(self, events: pa.Table, watermark: int) -> Any:
        if self._chances.random() < 0.4:
            state = self._engine.snapshot()
            self._engine = Panes(self._watches)
            self._engine.restore(state)
        if self._chances.random() < 0.3:
            self._engine.early()
        return self._engine.feed(events, watermark)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


_wanted: dict[int, Said] = {}


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 2),
    cuts=st.lists(st.integers(0, 120), max_size=30),
    chances=st.randoms(use_true_random=False),
)
def test_batches_and_restarts_do_not_matter(
    low: tuple[Watch, ...], seed: int, cuts: list[int], chances: Random
) -> None:
    events = made(seed)
    if seed not in _wanted:
        _wanted[seed] = run(Oracle(low), events, [])
    engine: Windows = Restarted(low, chances)
    assert run(engine, events, cuts) == _wanted[seed]


@settings(max_examples=4, deadline=None)
@given(chances=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(low: tuple[Watch, ...], chances: Random) -> None:
    """Within a batch, and between batches as long as nothing passes the watermark."""
    rows = [row(Random(place), START + 700 * place) | {"received_at": START + 700 * place} for place in range(90)]
    ordered = run(Panes(low), as_relation(rows), range(10, 90, 10))
    shuffled = sorted(rows, key=lambda event: event["event_time"] + chances.randrange(5_000))
    assert run(Panes(low), as_relation(shuffled), range(10, 90, 10)) == ordered


def test_an_event_at_the_edge_belongs_to_one_side(low: tuple[Watch, ...]) -> None:
    flood = [low[0]]
    at = START - START % 60_000 + 60_000
    rows = [{"event_time": at, "event_type": "view", "ip": "10.0.0.1", "user_session": "s"}] * 3
    told = run(Panes(flood), as_relation(rows), [])
    assert [end for _, end, _ in told] == [at + 1_000 * hop for hop in range(1, 11)]
    assert {table[0]["events"] for _, _, table in told} == {3}


def test_null_keys_take_no_part(low: tuple[Watch, ...]) -> None:
    rows = [{"event_time": START, "event_type": "view", "ip": None, "user_id": "u"}] * 5
    assert [name for name, _, _ in run(Panes(low[:5]), as_relation(rows), [])] == []


def test_windows_close_by_the_watermark_alone(low: tuple[Watch, ...]) -> None:
    engine, at = Panes(low[:1]), START - START % 1_000
    rows = as_relation([{"event_time": at, "event_type": "view", "ip": "10.0.0.1", "user_session": "s"}] * 3)
    assert said(engine.feed(rows, at + 998)) == []
    assert [end for _, end, _ in said(engine.feed(SCHEMA.empty_table(), at + 999))] == [at + 1_000]
    assert len(engine.flush()) == 9
    assert engine.flush() == []


@pytest.mark.parametrize("ahead", [0, 3_000, 90_000])
@pytest.mark.parametrize("seed", SEEDS)
def test_early_words_are_those_of_the_window_so_far(low: tuple[Watch, ...], seed: int, ahead: int) -> None:
    events = made(seed)
    fast, slow, told = Panes(low), Oracle(low), 0
    for start in range(0, len(events), 12):
        part = events.slice(start, 12)
        watermark = max(part["event_time"].to_pylist()) - 3_000
        fast.feed(part, watermark)
        slow.feed(part, watermark)
        warned = said(fast.early(ahead))
        assert warned == said(slow.early(ahead))
        told += len(warned)
    assert told


@pytest.mark.parametrize("seed", [0, 1])
def test_steps_are_the_events_of_the_finding(low: tuple[Watch, ...], seed: int) -> None:
    events, seen = made(seed), 0
    fast, slow = Panes(low), Oracle(low)
    for start in range(0, len(events), 30):
        part = events.slice(start, 30)
        watermark = max(part["event_time"].to_pylist()) - 5_000
        slow.feed(part, watermark)
        for found in [*fast.feed(part, watermark)][:20]:
            for key, _ in found.rows():
                mine = steps(fast.steps(found.watch, key, found.window_end))
                theirs = steps(slow.steps(found.watch, key, found.window_end))
                assert mine == theirs
                assert mine
                seen += len(mine)
    assert seen


def test_steps_have_every_column(low: tuple[Watch, ...]) -> None:
    engine = Panes(low[:1])
    events = made(3, 40)
    engine.feed(events, START)
    found = engine.flush()[0]
    key = next(found.rows())[0]
    table = engine.steps(found.watch, key, found.window_end)
    assert table.schema == SCHEMA
    given_rows = [tuple(step.values()) for step in events.select(COLUMNS).to_pylist()]
    assert all(tuple(step) in given_rows for step in steps(table))
    assert engine.steps(found.watch, ("nobody",), found.window_end).num_rows == 0


def test_a_state_of_other_watches_is_refused(low: tuple[Watch, ...]) -> None:
    state = Panes(low[:2]).snapshot()
    with pytest.raises(StateError, match="the rules have changed"):
        Panes(low[:3]).restore(state)
    with pytest.raises(StateError, match="cannot be read"):
        Panes(low[:3]).restore(b"nothing")


def test_old_names_are_forgotten(low: tuple[Watch, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("footfall.detect.windows.panes._ROOM", 5)
    events = made(5)
    assert run(Panes(low), events, range(5, len(events), 5)) == run(Oracle(low), events, [])
