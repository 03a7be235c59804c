"""From the log into the lake: every acknowledged event once, whatever was sent twice, done twice, or cut short."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.embedded import compact as compacting
from footfall.embedded.appender import Appender
from footfall.embedded.compact import compact
from footfall.embedded.event_log import COMPACTION, SegmentedLog
from footfall.ports import Counts
from tests.conftest import Home, event, temporary_home

HOUR = 3_600 * 1_000_000
DAYS = ("2024-05-01T23:59:59Z", "2024-05-02T00:00:00Z", "2024-05-03T12:00:00Z")


def brought_in(home: Home, until: int | None = None) -> Counts:
    """Compacts as a build does."""
    home.lake.layout.work.mkdir(parents=True, exist_ok=True)
    return compact(home.lake, SegmentedLog(home.lake.layout), until)


def ids(home: Home) -> list[str]:
    """The ids of all events in the lake, in order."""
    return sorted(row["event_id"] for row in home.rows())


def rows(*numbers: int) -> list[dict[str, Any]]:
    """An event for each number, on any of three days."""
    return [event(DAYS[number % 3], event_id=str(number)) for number in numbers]


@settings(max_examples=10)
@given(
    batches=st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=6),
    stops=st.lists(st.integers(0, 6), max_size=3),
)
def test_the_lake_is_the_same_wherever_compaction_stopped(batches: list[list[int]], stops: list[int]) -> None:
    with temporary_home() as home, temporary_home() as whole:
        for each in (home, whole):
            with Appender(each.lake.layout, clock=lambda: 1_714_564_800_000_000) as appender:
                for batch in batches:
                    appender.submit(rows(*batch)).result()
        told = [brought_in(home, stop) for stop in [*stops, None]]
        brought_in(whole)
        sent = [number for batch in batches for number in batch]
        assert ids(home) == sorted({str(number) for number in sent})
        assert home.days() == whole.days()
        total = sum(told, Counts())
        assert (total.rows, total.stored, total.dead) == (len(sent), len(set(sent)), 0)
        assert brought_in(home) == Counts()


@pytest.mark.parametrize(("bound", "most"), [("ROWS", 3), ("BATCHES", 2)])
def test_small_batches_are_joined_and_differ_in_their_columns(
    home: Home, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(compacting, bound, most)
    with Appender(home.lake.layout) as appender:
        for number, brand in enumerate([None, "a", None, "b", "c"]):
            appender.submit([event(DAYS[0], event_id=str(number), brand=brand)]).result()
    assert brought_in(home).stored == 5
    assert [row["brand"] for row in sorted(home.rows(), key=lambda row: row["event_id"])] == [None, "a", None, "b", "c"]


class KilledError(Exception):
    """What a killed process does next: nothing."""


def dying(*_: object, **__: object) -> None:
    """Dies."""
    raise KilledError


@pytest.fixture
def filled(home: Home) -> Home:
    """A home whose log holds good rows and bad ones."""
    with Appender(home.lake.layout) as appender:
        appender.submit([*rows(1, 2, 3), event("never", event_id="bad")]).result()
        appender.submit(rows(4)).result()
    return home


@pytest.mark.parametrize(
    "moment",
    ["footfall.embedded.table.Table.commit", "footfall.embedded.event_log.SegmentedLog.commit"],
)
def test_killed_before_or_after_the_lakes_commit_nothing_is_lost_or_doubled(
    filled: Home, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(moment, dying)
        with pytest.raises(KilledError):
            brought_in(filled, 1)
    with Appender(filled.lake.layout) as appender:
        appender.submit([*rows(5), event("nor then", event_id="worse")]).result()
    brought_in(filled)
    assert ids(filled) == ["1", "2", "3", "4", "5"]
    assert Counter(letter["row"][:24] for letter in filled.letters()).most_common(1)[0][1] == 1
    assert len(filled.letters()) == 2
    assert SegmentedLog(filled.lake.layout).offset(COMPACTION) == 3


def test_dead_letters_land_beside_those_of_files_once(filled: Home) -> None:
    assert brought_in(filled, 1) == Counts(4, 3, 0, 1)
    assert brought_in(filled) == Counts(1, 1, 0, 0)
    (letter,) = filled.letters()
    assert (letter["source"], letter["line"], letter["reason"]) == ("collector", 4, "event_time: not a time")
    assert '"bad"' in letter["row"]
    assert [path.name for path in Path(filled.path / "dead_letters").iterdir()] == ["log-0000000000000001.jsonl"]


def test_a_log_of_dead_letters_alone_touches_no_lake(home: Home) -> None:
    with Appender(home.lake.layout) as appender:
        appender.submit([event("never")]).result()
    assert brought_in(home) == Counts(1, 0, 0, 1)
    assert home.manifest() == b""
    assert len(home.letters()) == 1


def test_retried_by_the_client_it_is_one_event(home: Home) -> None:
    clock = iter(range(1_714_564_800_000_000, 1 << 62, HOUR // 7))
    with Appender(home.lake.layout, clock=lambda: next(clock)) as appender:
        for _ in range(20):
            appender.submit(rows(1, 2)).result()
    assert brought_in(home) == Counts(40, 2, 38, 0)
    assert ids(home) == ["1", "2"]


def test_no_log_no_rows(home: Home) -> None:
    assert brought_in(home) == Counts()
    assert home.rows() == []
