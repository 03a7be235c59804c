"""The DataBrew recipe and the lake agree: the rows that it keeps are those that ingest stores, cell by cell."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.aws.databrew.interpreter import OPERATIONS, Cell, Reading, Row, UnknownOperationError, run
from footfall.aws.databrew.recipe import COLUMNS, PARTITION, carrying, moments, steps
from footfall.event import EventType
from footfall.ingest.convert import LONGEST_TEXT
from footfall.ingest.day import tidy
from footfall.ingest.formats import rees46
from footfall.ingest.source import Block
from footfall.ingest.validate import validate

DOCUMENTED = set((Path(__file__).parent / "databrew_operations.txt").read_text("utf-8").split())
"""Of the developer guide's step and function reference."""
NAMES = [column.name for column in COLUMNS]
READINGS = [Reading(*told) for told in product([False, True], [False, True], [None, ""])]
UTC = ZoneInfo("UTC")

GOOD_TEXTS: st.SearchStrategy[Cell] = st.sampled_from(
    [None, "samsung", "x, y", 'a "b"', "007", "null", "a\u2028", "\u00e9" * 9, "x" * LONGEST_TEXT]
)
BAD_TEXTS: st.SearchStrategy[Cell] = st.sampled_from(
    ["nul\0", "x" * (LONGEST_TEXT + 1), "\u00e9" * (LONGEST_TEXT // 2 + 1)]
)
GOOD: dict[str, st.SearchStrategy[Cell]] = dict.fromkeys(NAMES, GOOD_TEXTS) | {
    "event_time": st.one_of(
        st.integers(788_918_400, 4_102_444_799).map(lambda second: f"{datetime.fromtimestamp(second, UTC):%F %T} UTC"),
        st.sampled_from(["2019-10-01 23:59:59", "2020-02-29T00:00:00Z", "2019-10-01 23:59:59 UTC"]),
    ),
    "event_type": st.sampled_from([*map(str, EventType), "view", "cart"]),
    "price": st.one_of(
        st.sampled_from([None, "0", "35.79", "35.790000", "0.125", "0.135", "5.", "0.005", "99999999999.999999"]),
        st.from_regex(r"[0-9]{1,11}\.[0-9]{0,6}", fullmatch=True),
        st.from_regex(r"[0-9]{1,3}(\.[0-9]{0,3}50{0,2})?", fullmatch=True),
    ),
}
BAD: dict[str, st.SearchStrategy[Cell]] = dict.fromkeys(NAMES, BAD_TEXTS) | {
    "event_time": st.sampled_from(
        [
            *("1994-12-31 23:59:59 UTC", "2100-01-01 00:00:00 UTC", "2019-02-29 00:00:00 UTC", "2019-04-31 00:00:00"),
            *("2019-13-01 00:00:00 UTC", "2019-10-01 23:60:00 UTC", "1570000000", "yesterday", "event_time", None),
            *("2019-10-0\u0661 00:00:00 UTC", " 2019-10-01 00:00:00 UTC", "2019-10-01 00:00:00 UTC\u2028"),
        ]
    ),
    "event_type": st.sampled_from([None, "buy", "VIEW", "view\n", "view\u2028", "event_type"]),
    "price": st.sampled_from(
        ["-1", "1e400", "nan", "12,5", "free", "100000000000", "1.0000000", ".5", " 1", "1\u2028", "\u0661", "price"]
    ),
}
ROW = st.fixed_dictionaries(GOOD)
SPOILT = st.sampled_from(NAMES).flatmap(lambda name: st.fixed_dictionaries(GOOD | {name: BAD[name]}))
ROWS = st.lists(st.one_of(ROW, ROW, SPOILT), max_size=8).flatmap(
    lambda rows: st.lists(st.sampled_from(rows), max_size=3).map(lambda again: rows + again) if rows else st.just(rows)
)
Cells = list[tuple[str, ...]]


def sound(rows: list[Row]) -> Cells:
    """Rows to compare: in any order, a cell as its text."""
    return sorted(tuple(repr(row[name]) for name in NAMES) for row in rows)


def stored(rows: list[Row], minor_digits: int) -> Cells:
    """What the lake stores of rows."""
    events, _ = validate(rees46._table(NAMES, [[text(row[name]) for name in NAMES] for row in rows]), minor_digits)
    if not events.num_rows:
        return []
    day, _ = tidy([events], UTC)
    return sound(day.select(NAMES).to_pylist())


def text(cell: Cell) -> str | None:
    """A cell of the file."""
    assert cell is None or isinstance(cell, str)
    return cell


def cleaned(rows: list[Row], minor_digits: int, reading: Reading | None = None) -> Cells:
    """What the recipe makes of rows."""
    kept = run(steps(minor_digits), rows, reading)
    assert all(set(row) == {*NAMES, PARTITION} for row in kept)
    return sound([{**row, "event_time": _zoned(row)} for row in kept])


def _zoned(row: Row) -> Cell:
    moment = row["event_time"]
    assert isinstance(moment, datetime)
    assert str(moment.date()) == row[PARTITION]
    return moment.replace(tzinfo=UTC)


@pytest.mark.parametrize("minor_digits", [0, 2, 3])
@given(rows=ROWS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.data_too_large])
def test_the_recipe_keeps_what_the_lake_stores(rows: list[Row], minor_digits: int) -> None:
    assert cleaned(rows, minor_digits) == stored(rows, minor_digits)


@settings(max_examples=40, suppress_health_check=[HealthCheck.data_too_large])
@given(rows=ROWS, reading=st.sampled_from(READINGS))
def test_no_reading_of_the_guide_changes_the_answer(rows: list[Row], reading: Reading) -> None:
    assert cleaned(rows, 2, reading) == cleaned(rows, 2)


def test_a_file_of_csv_agrees_as_well() -> None:
    lines = [
        b"2019-10-01 00:00:00 UTC,view,1,2,a.b,samsung,35.79,5,s1",
        b"2019-10-01 00:00:00 UTC,view,1,2,a.b,samsung,35.790000,5,s1",
        b'2019-10-01 00:00:01 UTC,cart,1,,,"x, y",0.125,,s1',
        b"2019-10-01 00:00:02 UTC,cart,,2,,,1,5,s1",
        b"2019-10-01 00:00:03 UTC,view,1,2,,,1,,",
    ]
    parsed = rees46.parse(NAMES, Block(b"\n".join(lines) + b"\n", 2, len(lines), 0))
    rows = parsed.table.select(NAMES).to_pylist()
    assert len(rows) == 5
    assert cleaned(rows, 2) == stored(rows, 2)
    assert len(cleaned(rows, 2)) == 2


@pytest.mark.parametrize("text", ["2019-10-03T02:00:00+02:00", "2019-10-03 02:00:00.5", "20191003T020000"])
def test_other_spellings_of_a_time_are_left_to_ingest(text: str) -> None:
    row: Row = {**dict.fromkeys(NAMES, "1"), "event_time": text, "event_type": "view"}
    assert len(stored([row], 2)) == 1
    assert cleaned([row], 2) == []


def test_a_text_of_many_long_characters_is_left_to_ingest() -> None:
    row: Row = {**dict.fromkeys(NAMES, "1"), "event_time": "2019-10-03 02:00:00 UTC", "event_type": "view"}
    for brand, both in (("\u00e9" * (LONGEST_TEXT // 4), True), ("\u00e9" * (LONGEST_TEXT // 4 + 1), False)):
        rows = [row | {"brand": brand}]
        assert len(stored(rows, 2)) == 1
        assert len(cleaned(rows, 2)) == both


@given(st.dates(date(1990, 1, 1), date(2105, 1, 1)))
def test_a_day_is_good_if_the_calendar_has_it_and_the_law_lets_it(day: date) -> None:
    assert bool(re.search(moments(), f"{day} 00:00:00 UTC")) == (1995 <= day.year < 2100)


@given(st.integers(1990, 2105), st.integers(0, 14), st.integers(0, 33))
def test_a_day_that_the_calendar_lacks_is_refused(year: int, month: int, day: int) -> None:
    try:
        there = bool(date(year, month, day)) and 1995 <= year < 2100
    except ValueError:
        there = False
    assert bool(re.search(moments(), f"{year}-{month:02}-{day:02} 00:00:00 UTC")) == there


def test_every_operation_is_documented_and_used() -> None:
    used = {step["Action"]["Operation"] for step in steps(2)}
    assert used == set(OPERATIONS)
    assert used <= DOCUMENTED
    assert len(steps(3)) <= 100, "DataBrew takes no more"


def test_patterns_say_the_same_to_java() -> None:
    """Digits, word characters and line ends mean other things there; a class or a lookahead does not."""
    patterns = [step["Action"].get("Parameters", {}).get("pattern", "") for step in steps(2)] + [carrying(0)]
    for pattern in patterns:
        assert not re.search(r"\\[dDwWbBzZ]|\$|\(\?<|\(\?P|[*+?}]\+", pattern), pattern
        assert len(pattern) <= 32_768


@pytest.mark.parametrize(
    ("step", "named"),
    [
        ({"Action": {"Operation": "TRIM_ALL"}}, "TRIM_ALL"),
        ({"Action": {"Operation": "DELETE", "Parameters": {"column": "brand"}}}, "column"),
        (
            {
                "Action": {
                    "Operation": "CHANGE_DATA_TYPE",
                    "Parameters": {"sourceColumn": "brand", "columnDataType": "x"},
                }
            },
            "x",
        ),
        (
            {
                "Action": {"Operation": "REMOVE_VALUES", "Parameters": {"sourceColumn": "brand"}},
                "ConditionExpressions": [{"Condition": "IS_ODD", "TargetColumn": "brand"}],
            },
            "IS_ODD",
        ),
    ],
)
def test_what_is_not_interpreted_is_refused_by_name(step: dict[str, object], named: str) -> None:
    with pytest.raises(UnknownOperationError, match=named):
        run([step], [dict.fromkeys(NAMES, "1")])


def test_the_types_of_event_are_those_of_the_event() -> None:
    listed = [
        told["Value"]
        for step in steps(2)
        for told in step.get("ConditionExpressions", [])
        if told["Condition"] == "IS_NOT"
    ]
    assert listed == ['["' + '", "'.join(EventType) + '"]']
