"""What an event must be: every reason for refusing a row, money to the last minor unit, times to the microsecond."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.event import EventType
from footfall.ingest import convert
from footfall.ingest import validate as module
from footfall.ingest.convert import to_integer, to_money, to_time
from footfall.ingest.formats import access_log, jsonl, rees46
from footfall.ingest.source import LONGEST_LINE
from footfall.ingest.validate import validate
from tests.conftest import Home, event
from tests.conftest import jsonl as json_lines
from tests.conftest import rees46 as csv

GOOD: dict[str, Any] = {
    "event_time": "2019-10-01 00:00:00 UTC",
    "event_type": "view",
    "product_id": "p",
    "user_id": "u",
}

REFUSED = [
    ({"event_time": None}, "event_time: missing"),
    ({"event_time": ""}, "event_time: not a time"),
    ({"event_time": "today"}, "event_time: not a time"),
    ({"event_time": "1569888000"}, "event_time: not a time"),
    ({"event_time": "2012123112345"}, "event_time: not a time"),
    ({"event_time": "2019-02-29"}, "event_time: not a time"),
    ({"event_time": "1994-12-31T23:59:59.999999Z"}, "event_time: not between 1995 and 2100"),
    ({"event_time": "2100-01-01T00:00:00Z"}, "event_time: not between 1995 and 2100"),
    ({"event_time": "0001-01-01T00:00:00+14:00"}, "event_time: not a time"),
    ({"received_at": "soon"}, "received_at: not a time"),
    ({"event_type": None}, "event_type: missing"),
    ({"event_type": ""}, "event_type: missing"),
    ({"event_type": "View"}, "event_type: not one of the known"),
    ({"product_id": None}, "product_id: missing"),
    ({"product_id": ""}, "product_id: missing"),
    ({"product_id": "\0"}, "product_id: longer than 65,536 bytes, not UTF-8, or holds a NUL character"),
    ({"brand": "é" * 32_769}, "brand: longer than 65,536 bytes, not UTF-8, or holds a NUL character"),
    ({"extra": "{" + " " * 65_536 + "}"}, "extra: longer than 65,536 bytes, not UTF-8, or holds a NUL character"),
    ({"user_id": None}, "user_id, anon_id and user_session: all missing"),
    ({"user_id": "", "anon_id": "", "user_session": ""}, "user_id, anon_id and user_session: all missing"),
    ({"price": "-0.01"}, "price: not an amount of money"),
    ({"price": "1e400"}, "price: not an amount of money"),
    ({"price": "NaN"}, "price: not an amount of money"),
    ({"price": "1,50"}, "price: not an amount of money"),
    ({"price": "100000000000.01"}, "price: not an amount of money"),
    ({"price": "99999999999.99", "quantity": "2"}, "price: over 10,000,000,000,000 minor units for all pieces"),
    ({"quantity": "-1"}, "quantity: not a whole number"),
    ({"quantity": "1.0"}, "quantity: not a whole number"),
    ({"quantity": "0x10"}, "quantity: not a whole number"),
    ({"quantity": "٣"}, "quantity: not a whole number"),
    ({"quantity": "2147483648"}, "quantity: not a whole number"),
    ({"status": "200 OK"}, "status: not a whole number"),
]
"""What a row says otherwise than the good one, and why it is refused."""

TAKEN = [
    {"event_time": "1995-01-01"},
    {"event_time": "2099-12-31T23:59:59.999999+00:00"},
    {"product_id": None, "event_type": "page"},
    {"user_id": None, "anon_id": "a"},
    {"user_id": None, "user_session": "s"},
    {"brand": "é" * 32_768},
    {"price": "99999999999.99"},
    {"price": "100000000.00", "quantity": "1000"},
    {"quantity": "2147483647"},
    {"quantity": "0"},
]


def table(*rows: dict[str, Any], dictionary: bool = False) -> pa.Table:
    """Rows as raw columns of text."""
    names = {name: None for row in rows for name in row}
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    return pa.table({name: column.dictionary_encode() if dictionary else column for name, column in columns.items()})


@pytest.mark.parametrize("dictionary", [False, True])
@pytest.mark.parametrize(("change", "reason"), REFUSED)
def test_a_row_is_refused_with_its_reason_alone_and_among_others(
    change: dict[str, Any], reason: str, dictionary: bool
) -> None:
    for rows, place in (([GOOD | change], 0), ([GOOD, GOOD | change, GOOD], 1)):
        events, reasons = validate(table(*rows, dictionary=dictionary), 2)
        assert [reasons.of(row) for row in range(len(rows))] == [
            "" if row != place else reason for row in range(len(rows))
        ]
        assert events.num_rows == len(rows) - 1


@pytest.mark.parametrize("change", TAKEN)
def test_a_row_at_the_bound_is_taken(change: dict[str, Any]) -> None:
    _, reasons = validate(table(GOOD | change), 2)
    assert reasons.of(0) == ""


USUAL_TIMES = (
    "2019-10-01 00:00:00 UTC",
    "2019-10-01 00:00:00",
    "2019-10-01T00:00:00Z",
    "2019-10-01T00:00:00.000123+00:00",
    "2019-10-01T02:00:00+0200",
)


@pytest.mark.parametrize("text", USUAL_TIMES)
def test_a_usual_time_is_read_at_the_first_attempt(text: str) -> None:
    """A failed one costs more than the whole rest of an import."""
    times = convert._utc_suffixed(pa.array([None, text] * 3))
    read = times.cast(pa.timestamp("us", convert._zones(times)[0])).cast(pa.timestamp("us", "UTC"))
    assert read.drop_null().to_pylist() == 3 * to_time(pa.array([text]))[0].to_pylist()


def test_the_first_reason_counts() -> None:
    _, reasons = validate(table({"event_time": "x", "event_type": "y", "price": "z"}), 2)
    assert reasons.of(0) == "event_time: not a time"


def test_every_reason_the_code_can_give_is_reached_here() -> None:
    """Whoever adds a reason adds a row to the table above, or to one of the formats below."""
    text = Path(str(module.__file__)).read_text("utf-8")
    written = {
        *re.findall(r'reasons\.add\([^"\n]*f?"([^"\n]*)"\)', text),
        *re.findall(r'^    "\w+": "(.*)",$', text, re.M),
    }
    assert len(written) >= 8
    reached = {reason for _, reason in REFUSED}
    for reason in written:
        pattern = re.sub(r"\\\{[^}]*\\\}", ".*", re.escape(reason))
        assert any(re.search(pattern + "$", found) for found in reached), reason


LINE_REASONS = [
    ("rees46", csv([["2019-10-01 00:00:00 UTC", "view"]]), "2 columns instead of 9"),
    ("rees46", csv([["a\0"] * 9]), "holds a NUL character"),
    ("rees46", csv([["a"] * 8 + ['"b']]), "a quote is never closed"),
    ("rees46", csv([["a"] * 9]).replace(b"a,a", b"\xff,a", 1), "not UTF-8"),
    ("rees46", csv([["a"] * 8 + ["b\rc"]]), "not CSV: "),
    ("rees46", csv([["a" * LONGEST_LINE]]), "longer than 1,048,576 bytes; its beginning is kept"),
    ("jsonl", b"[]\n", "not a JSON object: "),
    ("jsonl", json_lines([event("2019-10-01", extra=1)]), "extra: not json"),
    ("jsonl", json_lines([event("2019-10-01", extra=1, own=2)]), "extra: not json"),
    ("jsonl", json_lines([event("2019-10-01", price=1.5)]), "price: not money"),
    ("jsonl", json_lines([event("2019-10-01", quantity="1")]), "quantity: not integer"),
    ("jsonl", json_lines([event("2019-10-01") | {"event_time": 1}]), "event_time: not time"),
    ("jsonl", json_lines([event("2019-10-01", brand=True)]), "brand: not text"),
    ("jsonl", b"{" * LONGEST_LINE, "longer than 1,048,576 bytes; its beginning is kept"),
    ("access_log", b"GET /\n", "not a line of the combined log format"),
    ("access_log", b"x" * LONGEST_LINE, "longer than 1,048,576 bytes; its beginning is kept"),
]


@pytest.mark.parametrize(("form", "content", "reason"), LINE_REASONS)
def test_a_line_that_is_no_row_is_refused_with_its_reason(home: Home, form: str, content: bytes, reason: str) -> None:
    assert home.take(content, form).dead == 1
    (letter,) = home.letters()
    assert letter["reason"].startswith(reason)
    assert letter["row"].startswith(
        content.decode("utf-8", "replace").split("\n")[form == "rees46"].rstrip("\r")[:LONGEST_LINE]
    )


def test_every_reason_of_a_line_is_reached_here() -> None:
    for name, adapter in (("rees46", rees46), ("jsonl", jsonl), ("access_log", access_log)):
        text = Path(str(adapter.__file__)).read_text("utf-8")
        written = re.findall(r'(?:return \[\], |return \{\}, |\[index\], )f?"([^"]*)"', text)
        assert written, name
        reached = [reason for form, _, reason in LINE_REASONS if form == name]
        for reason in written:
            pattern = re.sub(r"\\\{[^}]*\\\}", ".*", re.escape(reason))
            assert any(re.match(pattern, found) for found in reached), reason


@pytest.mark.parametrize(
    ("text", "digits", "minor"),
    [
        ("35.79", 2, 3579),
        ("35.790000", 2, 3579),
        ("35.", 2, 3500),
        ("35", 2, 3500),
        ("0.005", 2, 0),
        ("0.015", 2, 2),
        ("0.025", 2, 2),
        ("2.5", 0, 2),
        ("3.5", 0, 4),
        ("1234", 0, 1234),
        ("1.2345", 3, 1234),
        ("1.2355", 3, 1236),
        ("12345678901.99", 2, 1234567890199),
    ],
)
def test_money_in_major_units_becomes_minor_units_and_half_goes_to_the_even(text: str, digits: int, minor: int) -> None:
    values, bad = to_money(pa.array([text, None]), digits)
    assert values.to_pylist() == [minor, None]
    assert bad is None or not bad.any()


@given(st.decimals(0, 10**9, places=6), st.sampled_from([0, 2, 3]))
def test_money_is_what_decimal_arithmetic_says(amount: Decimal, digits: int) -> None:
    values, _ = to_money(pa.array([f"{amount:f}"]), digits)
    assert values.to_pylist() == [int(amount.scaleb(digits).quantize(Decimal(1), ROUND_HALF_EVEN))]


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32()])
def test_money_as_floating_point_becomes_the_nearest_minor_unit(kind: pa.DataType) -> None:
    good, wrong = [35.79, 0.0, 0.125, 1_000.25, None], [-0.01, float("nan"), float("inf"), 1e30, -float("inf")]
    values, bad = to_money(pa.array(good + wrong, kind), 2)
    assert values.to_pylist() == [3579, 0, 12, 100_025, None, *[None] * len(wrong)]
    assert bad is not None
    assert bad.tolist() == [False] * len(good) + [True] * len(wrong)


def test_the_greatest_double_is_refused_without_a_warning() -> None:
    _, bad = to_money(pa.array([1.7e308]), 2)
    assert bad is not None
    assert bad.all()


def test_minor_units_are_taken_as_they_are() -> None:
    values, bad = to_money(pa.array([0, 3579, -1]), None)
    assert values.to_pylist()[:2] == [0, 3579]
    assert bad is not None
    assert bad.tolist() == [False, False, True]


MOMENT = datetime(2019, 10, 1, 2, 3, 4, 567_890, UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-10-01 02:03:04 UTC", MOMENT.replace(microsecond=0)),
        ("2019-10-01 02:03:04.567890 UTC", MOMENT),
        ("2019-10-01T02:03:04.567890Z", MOMENT),
        ("2019-10-01T04:03:04.567890+02:00", MOMENT),
        ("2019-10-01 07:33:04.567890+05:30", MOMENT),
        ("2019-09-30T22:03:04.567890-0400", MOMENT),
        ("2019-10-01 02:03:04.567890", MOMENT),
        ("2019-10-01T02:03:04.567890123Z", MOMENT),
        ("2019-10-01 02:03", MOMENT.replace(second=0, microsecond=0)),
        ("2019-10-01", MOMENT.replace(hour=0, minute=0, second=0, microsecond=0)),
    ],
)
def test_a_time_is_read_alike_alone_and_beside_times_spelt_otherwise(text: str, moment: datetime) -> None:
    for texts in ([text], [text, "2019-10-01T00:00:00+01:00"], [text, "2019-10-01 00:00:00 UTC"], [text, None]):
        times, bad = to_time(pa.array(texts))
        assert times.to_pylist()[0] == moment
        assert bad is None or not bad.any()


WHOLE: dict[str, int | None] = {
    "1": 1,
    "007": 7,
    "2147483647": 2**31 - 1,
    "0x1": None,
    "+1": None,
    " 1": None,
    "2.0": None,
    "-1": None,
    "": None,
}


@given(st.lists(st.sampled_from(sorted(WHOLE)), min_size=1))
def test_a_whole_number_is_judged_alike_whatever_stands_beside_it(texts: list[str]) -> None:
    values, bad = to_integer(pa.array(texts))
    refused = [False] * len(texts) if bad is None else bad.tolist()
    told = [None if wrong else value for value, wrong in zip(values.to_pylist(), refused, strict=True)]
    assert told == [WHOLE[text] for text in texts]
    assert refused == [WHOLE[text] is None for text in texts]


def test_every_kind_of_event_but_those_about_a_product_can_lack_one() -> None:
    rows = [GOOD | {"event_type": str(kind), "product_id": None} for kind in EventType]
    _, reasons = validate(table(*rows), 2)
    refused = {kind for row, kind in enumerate(EventType) if reasons.of(row)}
    assert refused == {EventType.VIEW, EventType.CART, EventType.REMOVE_FROM_CART, EventType.PURCHASE}
