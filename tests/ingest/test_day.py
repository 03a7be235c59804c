"""A day as the lake keeps it: which rows, in which order, and what is derived, against plain Python and by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.event import arrow_schema
from footfall.ingest.day import lake_schema, split, tidy
from tests.conftest import Home, event, jsonl, temporary_home
from tests.ingest import retold

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Antarctica/Casey",
)
MOMENTS = [
    datetime(2019, 3, 31, 0, 50, tzinfo=UTC),
    datetime(2019, 10, 27, 0, 30, tzinfo=UTC),
    datetime(2019, 11, 3, 5, 40, tzinfo=UTC),
    datetime(2019, 4, 6, 14, 45, tzinfo=UTC),
    datetime(2010, 3, 14, 3, 20, tzinfo=UTC),
    datetime(2018, 2, 18, 1, 45, tzinfo=UTC),
    datetime(2011, 12, 30, 9, 45, tzinfo=UTC),
    datetime(2021, 10, 2, 16, 0, tzinfo=UTC),
    datetime(2019, 12, 31, 23, 45, tzinfo=UTC),
]
"""Just before clocks change somewhere, and a New Year."""
STEPS = [0, 1, 59, 600, 1_799, 1_800, 1_801, 3_600, 86_399]


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of few visitors about one moment: many ties, many duplicates, some without user or session."""
    start = draw(st.sampled_from(MOMENTS))
    row = st.fixed_dictionaries(
        {
            "event_time": st.sampled_from(STEPS).map(
                lambda seconds: start + timedelta(seconds=seconds, microseconds=seconds % 7)
            ),
            "event_type": st.sampled_from(["view", "cart"]),
            "product_id": st.sampled_from(["a", "é"]),
            "user_id": st.sampled_from([None, "u", "v"]),
            "user_session": st.sampled_from([None, "s", "t"]),
            "event_id": st.sampled_from([None, None, None, "1", "2"]),
            "anon_id": st.sampled_from([None, "x", "u"]),
        }
    )
    rows = draw(st.lists(row, min_size=1, max_size=20))
    return [row if any(row[name] for name in retold.FIELDS) else row | {"user_id": "w"} for row in rows]


def arrow(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as typed events, with the columns that any of them has."""
    names = [name for name in arrow_schema().names if any(row.get(name) is not None for row in rows)]
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], arrow_schema().field(name).type) for name in names}
    )


def days_of(rows: list[dict[str, Any]], zone: ZoneInfo) -> dict[date, list[dict[str, Any]]]:
    """The days that Footfall makes of some rows."""
    found = {day: tidy([part], zone)[0] for day, part in split(arrow(rows), zone).items()}
    return {day: table.to_pylist() for day, table in sorted(found.items())}


@settings(max_examples=80)
@given(rows=events(), zone=st.sampled_from(ZONES))
def test_days_are_those_that_plain_python_makes_of_the_same_rows(rows: list[dict[str, Any]], zone: str) -> None:
    wanted = retold.lake(rows, ZoneInfo(zone))
    found = days_of(rows, ZoneInfo(zone))
    assert list(found) == list(wanted)
    for day, kept in found.items():
        seen = [{name: value for name, value in row.items() if name in wanted[day][0]} for row in kept]
        numbers = retold.ranks([row["session_no"] for row in seen])
        assert [row | {"session_no": number} for row, number in zip(seen, numbers, strict=True)] == wanted[day]
        assert sorted({row["session_no"] for row in seen}) == [*range(max(numbers) + 1)]


@settings(max_examples=40)
@given(rows=events(), zone=st.sampled_from(ZONES), data=st.data())
def test_a_day_does_not_depend_on_order_or_parts_nor_on_being_tidied_before(
    rows: list[dict[str, Any]], zone: str, data: st.DataObject
) -> None:
    for part in split(arrow(rows), ZoneInfo(zone)).values():
        whole, dropped = tidy([part], ZoneInfo(zone))
        order = pa.array(data.draw(st.permutations(range(part.num_rows))), pa.int64())
        cut = data.draw(st.integers(0, part.num_rows))
        shuffled = part.take(order)
        again, dropped_again = tidy([whole, shuffled.slice(cut), shuffled.slice(0, cut)], ZoneInfo(zone))
        assert again.to_pylist() == whole.to_pylist()
        assert dropped_again == part.num_rows
        assert dropped == part.num_rows - whole.num_rows
        assert whole.schema.names == lake_schema().names


@settings(max_examples=40)
@given(rows=events(), zone=st.sampled_from(ZONES))
def test_a_day_is_sorted_by_visitor_session_and_time(rows: list[dict[str, Any]], zone: str) -> None:
    for kept in days_of(rows, ZoneInfo(zone)).values():
        keys = [(retold.visitor(row), row["user_session"] or "", row["event_time"]) for row in kept]
        assert all(first <= second for first, second in pairwise(keys))


def hours_of(zone: str, day: date, start: datetime) -> list[int]:
    """The local hours of events an hour apart that fall on a day."""
    rows = [event(start + timedelta(hours=hours), user_session=f"s{hours:02}") for hours in range(60)]
    with temporary_home(timezone=zone) as home:
        home.take(jsonl(rows))
        return sorted(row["hour"] for row in home.days()[day])


@pytest.mark.parametrize(
    ("zone", "day", "lost", "doubled"),
    [
        ("Europe/Berlin", date(2019, 3, 31), 2, None),
        ("Europe/Berlin", date(2019, 10, 27), None, 2),
        ("America/New_York", date(2019, 3, 10), 2, None),
        ("America/New_York", date(2019, 11, 3), None, 1),
        ("America/Sao_Paulo", date(2018, 11, 4), 0, None),
        ("Asia/Kolkata", date(2019, 3, 31), None, None),
    ],
)
def test_a_day_has_as_many_hours_as_the_clock_shows(
    zone: str, day: date, lost: int | None, doubled: int | None
) -> None:
    hours = [hour for hour in range(24) if hour != lost]
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=24, minutes=-15)
    assert hours_of(zone, day, start) == sorted([*hours, doubled] if doubled is not None else hours)


def test_lord_howe_turns_its_clocks_by_half_an_hour(home: Home) -> None:
    """2019-04-07, 02:00 becomes 01:30: 01:45 comes twice, half an hour apart, at 14:45 and 15:15 UTC."""
    zone = ZoneInfo("Australia/Lord_Howe")
    rows = [event("2019-04-06T14:45:00Z"), event("2019-04-06T15:15:00Z"), event("2019-04-06T15:45:00Z")]
    home.take(jsonl(rows))
    local = [retold.lake(home.rows(), zone)]
    assert [row["hour"] for days in local for rows in days.values() for row in rows] == [1, 1, 2]
    with temporary_home(timezone="Australia/Lord_Howe") as other:
        other.take(jsonl(rows))
        assert [(row["hour"], row["weekday"], row["session_no"]) for row in other.rows()] == [
            (1, 7, 0),
            (1, 7, 0),
            (2, 7, 0),
        ]


def test_clocks_that_turn_at_one_past_midnight_are_followed_to_the_minute() -> None:
    """Newfoundland, 2010-03-14, 00:01 became 01:01: an event at 03:30:30 UTC is at 00:00, one at 03:31:00 at 01:01."""
    rows = [event("2010-03-14T03:30:30Z"), event("2010-03-14T03:31:00Z")]
    with temporary_home(timezone="America/St_Johns") as home:
        home.take(jsonl(rows))
        assert [(day, [row["hour"] for row in rows]) for day, rows in home.days().items()] == [
            (date(2010, 3, 14), [0, 1])
        ]


def test_a_day_that_never_was_is_not_in_the_lake() -> None:
    """Samoa crossed the date line: after 29 December 2011 came the 31st."""
    rows = [event("2011-12-30T09:59:59Z"), event("2011-12-30T10:00:00Z")]
    with temporary_home(timezone="Pacific/Apia") as home:
        home.take(jsonl(rows))
        assert list(home.days()) == [date(2011, 12, 29), date(2011, 12, 31)]


def test_sessions_are_split_after_more_than_half_an_hour_of_silence(home: Home) -> None:
    start = datetime(2019, 10, 1, 12, tzinfo=UTC)
    offsets = [0.0, 1_800.0, 3_600.000001, 3_601.0]
    home.take(jsonl([event(start + timedelta(seconds=seconds)) for seconds in offsets]))
    assert [row["session_no"] for row in home.rows()] == [0, 0, 1, 1]


def test_a_session_shared_by_two_visitors_is_one(home: Home) -> None:
    """Who logs in does not begin a new session: numbers follow the source's session, the order follows the visitor."""
    start = datetime(2019, 10, 1, 12, tzinfo=UTC)
    home.take(
        jsonl(
            [
                event(start, user_id=None, anon_id="z"),
                event(start + timedelta(minutes=20), user_id="a", anon_id="z"),
                event(start + timedelta(minutes=40), user_id=None, anon_id="z"),
                event(start + timedelta(minutes=41), user_id="a", user_session="other"),
            ]
        )
    )
    assert [(row["user_id"], row["user_session"], row["session_no"]) for row in home.rows()] == [
        ("a", "other", 0),
        ("a", "s", 1),
        (None, "s", 1),
        (None, "s", 1),
    ]


def test_without_a_session_the_events_of_a_visitor_are_one_and_of_no_namesake(home: Home) -> None:
    start = datetime(2019, 10, 1, 12, tzinfo=UTC)
    home.take(
        jsonl(
            [
                event(start, user_session=None),
                event(start + timedelta(minutes=1), user_session=None, product_id="q"),
                event(start, user_id="v", user_session="u"),
            ]
        )
    )
    assert [(row["user_id"], row["session_no"]) for row in home.rows()] == [("u", 0), ("u", 0), ("v", 1)]


def test_seventy_eight_identical_rows_are_one_event(home: Home) -> None:
    same = event("2019-10-05T11:11:11Z", "cart", price=2000)
    counts = home.take(jsonl([same] * 78))
    assert (counts.rows, counts.stored, counts.duplicates) == (78, 1, 77)


@pytest.mark.parametrize(
    ("change", "stored"),
    [
        ({}, 1),
        ({"event_id": "2"}, 2),
        ({"event_id": "1", "price": 5}, 1),
        ({"event_id": None}, 2),
        ({"event_id": "1", "user_id": "other", "event_time": "2019-10-05T12:00:00Z"}, 1),
    ],
)
def test_the_same_id_is_the_same_event(home: Home, change: dict[str, Any], stored: int) -> None:
    first = event("2019-10-05T11:11:11Z", event_id="1")
    second = {key: value for key, value in (first | change).items() if value is not None}
    assert home.take(jsonl([first, second])).stored == stored
    assert home.take(jsonl([second, first])).stored == 0


@pytest.mark.parametrize("name", [name for name in arrow_schema().names if name not in ("event_time", "event_id")])
def test_without_an_id_a_row_that_differs_anywhere_is_another_event(home: Home, name: str) -> None:
    first = event("2019-10-05T11:11:11Z", user_session="s", anon_id="a")
    kind = arrow_schema().field(name).type
    other: Any = 7 if pa.types.is_integer(kind) else {"own": 1} if name == "extra" else "other"
    other = {"event_type": "cart", "received_at": "2019-10-05T11:11:12Z"}.get(name, other)
    assert home.take(jsonl([first, first | {name: other}, first])).stored == 2
    assert home.take(jsonl([first | {name: other}])).stored == 0
