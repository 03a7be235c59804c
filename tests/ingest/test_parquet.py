"""Parquet as any program may write it: every type that can be an event's, and a sentence for every one that cannot."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from footfall.ports import FootfallError
from tests.conftest import Home

START = datetime(2019, 10, 1, tzinfo=UTC)


def parquet(**columns: Sequence[Any] | pa.Array) -> bytes:
    """A Parquet file of two good rows, with some columns in place of theirs."""
    good: dict[str, Any] = {
        "event_time": [START, START],
        "event_type": ["view", "view"],
        "product_id": ["p", "q"],
        "user_id": ["u", "u"],
    }
    file = io.BytesIO()
    pq.write_table(pa.table({**good, **columns}), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("prices", "minor"),
    [
        (pa.array([3579, None]), [3579, None]),
        (pa.array([35.79, None]), [3579, None]),
        (pa.array(["35.79", None]), [3579, None]),
        (pa.array([Decimal("35.79"), None]), [3579, None]),
        (pa.array([3579, None], pa.uint64()), [3579, None]),
        (pa.array([35.75, None], pa.float16()), [3575, None]),
        (pa.array([3579, None]).dictionary_encode(), [3579, None]),
    ],
)
def test_whole_numbers_in_parquet_are_minor_units_and_others_major(
    home: Home, prices: pa.Array, minor: list[Any]
) -> None:
    home.take(parquet(price=prices))
    assert [row["price"] for row in home.rows()] == minor


@pytest.mark.parametrize(
    "times",
    [
        pa.array([START] * 2, pa.timestamp("s", "UTC")),
        pa.array([START] * 2, pa.timestamp("ns", "America/New_York")),
        pa.array([date(2019, 10, 1)] * 2),
        pa.array(["2019-10-01 00:00:00 UTC"] * 2),
        pa.array([b"2019-10-01T00:00:00Z"] * 2),
    ],
)
def test_times_in_parquet_of_any_type_are_the_same_instant(home: Home, times: pa.Array) -> None:
    home.take(parquet(event_time=times))
    assert {row["event_time"] for row in home.rows()} == {START}


@pytest.mark.parametrize(
    ("columns", "dead"),
    [
        ({"event_time": [1569888000000] * 2}, 2),
        ({"price": [True, False]}, 2),
        ({"brand": pa.array([b"\xff", b"fine"])}, 1),
        ({"brand": pa.array([b"\xff", b"fine"]).view(pa.string())}, 1),
        ({"brand": pa.array([b"\xff", b"fine"], pa.large_binary()).view(pa.large_string())}, 1),
        ({"user_id": [None, "u"]}, 1),
        ({"event_type": pa.nulls(2)}, 2),
    ],
)
def test_bad_values_in_parquet_are_dead_rows_and_no_damage(home: Home, columns: dict[str, Any], dead: int) -> None:
    counts = home.take(parquet(**columns))
    assert (counts.rows, counts.dead, counts.stored) == (2, dead, 2 - dead)
    assert [letter["line"] for letter in home.letters()] == [1, 2][:dead]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["a"], []]),
        pa.array([{"a": 1}, None]),
        pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
    ],
)
@pytest.mark.parametrize("name", ["event_time", "brand", "price", "quantity", "extra"])
def test_a_nested_column_is_refused_in_a_sentence(home: Home, name: str, column: pa.Array) -> None:
    with pytest.raises(FootfallError, match=f"has a column {name} of type"):
        home.take(parquet(**{name: column}))
    assert home.manifest() == b""


def test_parquet_without_a_needed_column_or_with_one_twice_is_refused(home: Home) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table([pa.array(["a"]), pa.array(["b"])], ["event_type", "event_type"]), file)
    with pytest.raises(FootfallError, match="lacks the columns event_time"):
        home.take(file.getvalue())
    file = io.BytesIO()
    pq.write_table(pa.table([pa.array(["a"])] * 3, ["event_time", "event_type", "event_type"]), file)
    with pytest.raises(FootfallError, match="has the column event_type twice"):
        home.take(file.getvalue())


@pytest.mark.parametrize("place", [0.05, 0.3, 0.5, 0.9, 0.99])
def test_damaged_parquet_is_refused_or_read_but_never_half_stored(home: Home, place: float) -> None:
    content = bytearray(parquet())
    spot = int(len(content) * place)
    content[spot : spot + 8] = bytes(255 - byte for byte in content[spot : spot + 8])
    refused = ""
    try:
        home.take(bytes(content), "parquet")
    except FootfallError as error:
        refused = str(error)
    assert "\n" not in refused
    assert (home.manifest() == b"") == bool(refused)
