"""The parts: draws, days, the clock that mixes populations."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.event import arrow_schema
from footfall.simulate import SOURCES, Day, Store, simulate, write
from footfall.simulate.carts import listed
from footfall.simulate.days import HOUR, SECOND, calendar, occurrences
from footfall.simulate.draws import generator, mixed, quota, words
from footfall.simulate.people import habits, heavy, numbers, regulars
from footfall.simulate.store import by_time
from tests.simulate.conftest import TINY, Told


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30).filter(lambda weights: sum(weights) > 0.1))
def test_a_quota_gives_each_its_share(weights: list[float]) -> None:
    places = quota(np.array(weights), 4096)
    assert len(places) == 4096
    assert (np.diff(places) >= 0).all()
    share = np.bincount(places, minlength=len(weights)) / 4096
    assert share == pytest.approx(np.array(weights) / sum(weights), abs=1.01 / 4096)


def test_quota_of_rows_is_each_row_s() -> None:
    weights = generator(1).random((5, 7))
    assert (quota(weights, 512) == np.stack([quota(row, 512) for row in weights])).all()


@given(st.lists(st.integers(0, 2**63 - 1), unique=True, min_size=2))
def test_mixing_keeps_numbers_apart(numbers: list[int]) -> None:
    assert len(np.unique(mixed(np.array(numbers)))) == len(numbers)


def test_draws_depend_on_the_key_alone() -> None:
    assert (words(generator(1, 2, 3), 99) == words(generator(1, 2, 3), 100)[:99]).all()
    assert (words(generator(1, 2, 3), 99) != words(generator(1, 3, 2), 99)).any()


@given(
    start=st.dates(date(2000, 1, 1), date(2035, 1, 1)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"]),
    length=st.integers(1, 40),
)
def test_days_follow_each_other_through_every_change_of_clocks(start: date, zone: str, length: int) -> None:
    days = calendar(Store(start=start, zone=zone, days=length))
    local = ZoneInfo(zone)
    for before, after in pairwise(days):
        assert before.end == after.start
        assert after.week == before.week + (after.date.weekday() == 0)
    for day in days:
        assert day.end - day.start == day.lengths.sum()
        assert (day.hours + day.lengths == [*day.hours[1:], day.end]).all()
        for at, hour in zip(day.hours.tolist(), day.hour_of_week.tolist(), strict=True):
            clock = datetime.fromtimestamp(at / SECOND, UTC).astimezone(local)
            assert (clock.date(), hour) == (day.date, day.date.weekday() * 24 + clock.hour)
    assert occurrences(days).sum() * HOUR == pytest.approx(days[-1].end - days[0].start)


def test_two_carts_of_one_person_never_meet() -> None:
    store = Store(visitors=50)
    people = [heavy(generator(day), store, np.full(500, day % 14)) for day in range(28)]
    for day in range(28):
        assert (people[day] < regulars(store) * 14).all()
        for later in range(day + 1, min(day + 14, 28)):
            assert not set(people[day].tolist()) & set(people[later].tolist())


def test_guests_are_new_and_half_of_the_people_have_accounts() -> None:
    store = Store()
    keys = numbers(store, 3, np.arange(1000))
    assert len(set(keys.tolist()) | set(numbers(store, 4, np.arange(1000)).tolist())) == 2000
    login, cookieless = habits(store, np.arange(20_000))
    assert Counter(login.tolist())[2] / 20_000 == pytest.approx(30_000 / 65_536, abs=0.02)
    assert not cookieless.any()


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=9))
def test_places_are_listed_in_order(flags: list[list[bool]]) -> None:
    for row, places in zip(flags, listed(np.array(flags)).tolist(), strict=True):
        true = [place for place, flag in enumerate(row) if flag]
        assert places[: len(true)] == true
        assert sorted(places) == [0, 1, 2, 3]


@given(st.lists(st.integers(0, 50)))
def test_rows_are_ordered_by_time_first_come_first(elapsed: list[int]) -> None:
    assert by_time(np.array(elapsed, dtype=np.int64)).tolist() == sorted(range(len(elapsed)), key=elapsed.__getitem__)


@dataclass(frozen=True)
class Monitor:
    """A population for the test: one awkward agent that asks for the home page every hour."""

    agent: str = 'pulse "quoted" \\ \t 1.0 / ☂'

    def events(self, day: Day) -> pa.Table:
        times = [datetime.fromtimestamp(at / SECOND, UTC) for at in reversed(day.hours.tolist())]
        rows = [
            {
                "event_time": at,
                "event_type": "page",
                "event_id": f"monitor-{at.isoformat()}",
                "user_session": "monitor",
                "user_agent": self.agent,
                "path": "/",
                "status": 503,
                "extra": '{"probe": 1}',
            }
            for at in times
        ]
        return pa.Table.from_pylist(rows, arrow_schema())

    def sources(self) -> pa.Table:
        row = {"subject_kind": "user_session", "subject": "monitor", "label": "bot", "kind": "uptime_monitor"}
        return pa.Table.from_pylist([row], SOURCES)


def test_another_population_is_mixed_in_by_time(tiny: Told, tmp_path: Path) -> None:
    run = simulate(TINY, [Monitor()])
    days = list(run)
    rows = [row for _, table in days for row in table.to_pylist()]
    assert [row for row in rows if row["user_session"] != "monitor"] == tiny.rows
    assert sum(row["user_session"] == "monitor" for row in rows) == 24 * TINY.days
    times = [row["event_time"] for row in rows]
    assert times == sorted(times)
    assert run.truth.sources.to_pylist()[-1]["kind"] == "uptime_monitor"
    assert run.truth.carts == tiny.truth.carts
    extra = [
        mine - theirs
        for mine, theirs in zip(*(t.days["events"].to_pylist() for t in (run.truth, tiny.truth)), strict=True)
    ]
    assert extra == [24] * TINY.days
    write(tmp_path / "events.jsonl", replace(TINY, processes=2), [Monitor()])
    told = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [row["event_id"] for row in told] == [row["event_id"] for row in rows]
    monitor = next(row for row in told if row["user_session"] == "monitor")
    assert (monitor["user_agent"], monitor["extra"]) == (Monitor().agent, {"probe": 1})


def test_a_simulation_can_be_left_early() -> None:
    run = simulate(replace(TINY, processes=2))
    assert next(run)[0] == TINY.start
    assert next(run)[0] == TINY.start + timedelta(days=1)
    run.close()
    assert list(run) == []
