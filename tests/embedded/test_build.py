"""Marts: the same by every sequence of imports and builds, and no day counted twice for nothing."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from footfall import insights
from footfall.embedded.marts import mart
from tests.conftest import NEW_HOME, Home, event, jsonl, temporary_home
from tests.embedded.worlds import world


def assert_incremental_is_full(new_home: NEW_HOME, seed: int, files: int, days: int = 7) -> None:
    """A home that took a store in pieces and built after each has the marts of one that took it whole."""
    draw = random.Random(seed)
    events = world(seed, days, 40 + days)
    if seed % 2:
        events.sort(key=lambda row: row["event_time"], reverse=seed % 4 == 1)
    cuts = sorted(draw.sample(range(1, len(events)), files - 1))
    parts = [events[start:stop] for start, stop in pairwise([0, *cuts, len(events)])]
    zone = draw.choice(["UTC", "Europe/Berlin", "America/New_York"])
    bit_by_bit, at_once = new_home(timezone=zone), new_home(timezone=zone, threads=2)
    for part in parts:
        bit_by_bit.take(jsonl(part))
        bit_by_bit.build()
    at_once.take(jsonl(events))
    at_once.build()
    assert_same_marts(bit_by_bit, at_once)
    before = bit_by_bit.files()
    assert bit_by_bit.build().counted == 0
    assert bit_by_bit.files() == before


def assert_same_marts(one: Home, other: Home) -> None:
    """Every row of every mart, under the same day."""
    assert one.manifest() == other.manifest()
    found, wanted = one.marts(), other.marts()
    assert set(found) == set(wanted)
    assert set(found) >= {*insights.daily(), *insights.history(), *insights.standing()}
    for name, rows in wanted.items():
        assert found[name] == rows, name


@pytest.mark.parametrize("seed", range(2))
def test_bit_by_bit_is_the_same_as_all_at_once(new_home: NEW_HOME, seed: int) -> None:
    assert_incremental_is_full(new_home, seed, files=3, days=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_bit_by_bit_is_the_same_as_all_at_once_for_many_stores(new_home: NEW_HOME, seed: int) -> None:
    assert_incremental_is_full(new_home, seed, files=2 + seed % 5, days=30 if seed % 2 else 7)


def test_marts_hold_days_texts_and_whole_numbers_alone(home: Home) -> None:
    home.take(jsonl(world(5)))
    home.build()
    for path in home.path.glob("marts/*/*/*.parquet"):
        for field in pq.read_schema(path):
            allowed = (
                pa.types.is_integer(field.type) or pa.types.is_string(field.type) or pa.types.is_date32(field.type)
            )
            assert allowed, f"{path.parts[-3]}.{field.name} is {field.type}"


@pytest.fixture(scope="module")
def model() -> Iterator[Home]:
    """Ten quiet days: one known user a day at noon, and one who is only a browser on the second."""
    days = [event(f"2019-10-{day:02}T12:00:00Z", user_id=f"u{day}", user_session=f"s{day}") for day in range(1, 11)]
    browser = event("2019-10-02T15:00:00Z", user_id=None, anon_id="browser", user_session="x")
    with temporary_home() as home:
        home.take(jsonl([*days, browser]))
        assert home.build().counted == 10
        yield home


@pytest.fixture
def built(model: Home, home: Home) -> Home:
    """The ten days in a home of the test's own."""
    shutil.copytree(model.path, home.path)
    return home


def live_files(home: Home) -> dict[tuple[str, date], str]:
    """The live file of every mart and day that users ask about."""
    names = [path.name for path in (home.path / "marts").iterdir() if path.name in insights.daily()]
    return {(name, day): file.name for name in names for day, file in mart(home.lake.layout, name).days().items()}


@pytest.mark.parametrize(
    ("added", "days"),
    [
        ([event("2019-10-05T18:00:00Z", user_id="new", user_session="n")], {5}),
        ([event("2019-10-05T12:00:00Z", user_id="u5", user_session="s5")], set()),
        ([event("2019-10-11T12:00:00Z", user_id="u11", user_session="s11")], {11}),
        ([event("2019-10-09T12:00:00Z", user_id="late", anon_id="browser", user_session="y")], {2, 9}),
        ([event("2019-10-09T12:00:00Z", user_id="late", user_session="x")], {2, 9}),
        ([event("2019-10-06T23:50:00Z", user_session="m"), event("2019-10-07T00:10:00Z", user_session="m")], {6, 7}),
    ],
    ids=["a day", "nothing new", "a new day", "a log-in by browser", "a log-in by session", "over midnight"],
)
def test_only_the_days_that_an_import_touches_are_counted_again(
    built: Home, added: list[dict[str, Any]], days: set[int]
) -> None:
    before = live_files(built)
    built.take(jsonl(added))
    report = built.build()
    after = live_files(built)
    changed = {day.day for name, day in after if before.get((name, day)) != after[name, day]}
    assert report.counted == len(days)
    assert report.days == len(built.days())
    assert changed <= days
    assert built.build().counted == 0


@pytest.mark.parametrize("order", [1, -1])
def test_a_session_found_later_to_run_over_midnight_restates_both_days(built: Home, order: int) -> None:
    """Either day changes although no row of it did: the events after midnight belong to the day before."""
    for row in [event("2019-10-06T23:50:00Z", user_session="m"), event("2019-10-07T00:10:00Z", user_session="m")][
        ::order
    ]:
        built.take(jsonl([row]))
        report = built.build("session_days")
    assert report.counted == 2
    sessions = {day.day: row["sessions_gross"] for day, row in built.mart("session_days")}
    assert (sessions[6], sessions[7]) == (2, 1)


def test_what_sql_files_say_is_part_of_what_a_mart_is_made_from(built: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert built.build().counted == 0
    daily = insights.daily()
    changed = {
        name: insights.Query(name, query.header, query.text + "\n-- another word") for name, query in daily.items()
    }
    monkeypatch.setattr(insights, "daily", lambda: changed)
    assert built.build().counted == 10


def test_a_day_that_left_the_lake_leaves_the_marts(built: Home) -> None:
    lake = built.lake
    lake.table.commit({date(2019, 10, 4): None})
    built.build()
    assert all(day != date(2019, 10, 4) for rows in built.marts().values() for day, _ in rows)
    assert {day.day for _, day in live_files(built)} == {1, 2, 3, 5, 6, 7, 8, 9, 10}


def test_a_home_without_events_has_nothing_to_build(home: Home) -> None:
    assert (home.build().counted, home.build().days) == (0, 0)


def test_the_dearest_rows_that_are_taken_do_not_overflow(home: Home) -> None:
    dear = [event(f"2019-10-01T00:00:{second:02}Z", "purchase", price=10**13) for second in range(60)]
    many = event("2019-10-01T01:00:00Z", "purchase", price=1, quantity=2**31 - 1)
    too_dear = event("2019-10-01T02:00:00Z", "purchase", price=2**63 - 1)
    assert home.take(jsonl([*dear, many, too_dear])).dead == 1
    assert home.build().counted == 1
