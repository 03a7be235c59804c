"""A comparison sees every difference: a value, a row too many, a row too few, a row twice, a column too many."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from footfall.conformance.rows import equal

OWN: dict[str, list[Any]] = {"day": ["1", "2", "2"], "events": [3, 4, 4], "why": [None, "b", "b"]}


def compared(theirs: dict[str, Any]) -> tuple[int, bool]:
    """What is said of another engine's rows."""
    with duckdb.connect() as connection:
        connection.register("theirs", pa.table(theirs))
        return equal(connection, pa.table(OWN), "theirs")


def test_the_same_rows_in_any_order_and_number_type() -> None:
    assert compared({"why": ["b", "b", None], "day": ["2", "2", "1"], "events": [4.0, 4.0, 3.0]}) == (3, True)


def test_a_column_of_ours_that_only_says_where_rows_lie_may_be_missing() -> None:
    assert compared({"events": [3, 4, 4], "why": [None, "b", "b"]}) == (3, True)


@pytest.mark.parametrize(
    "theirs",
    [
        OWN | {"events": [3, 4, 5]},
        OWN | {"why": ["", "b", "b"]},
        {name: values[:2] for name, values in OWN.items()},
        {name: [*values, values[0]] for name, values in OWN.items()},
        {name: [values[0], values[0], values[2]] for name, values in OWN.items()},
        OWN | {"more": [1, 2, 3]},
    ],
)
def test_a_difference_is_seen(theirs: dict[str, Any]) -> None:
    assert compared(theirs) == (len(theirs["day"]), False)
