"""Predicates looked up by value are those DuckDB works out; the bounds of a condition hold for every number within."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from footfall.detect.windows.bounds import number, possible, truth
from footfall.detect.windows.predicates import Predicates
from tests.detect.conftest import made

EVENTS = made(9, 200)
SIMPLE = (
    "TRUE",
    "event_type = 'view'",
    "event_type <> 'view' AND ip IS NOT NULL",
    "event_type IN ('cart', 'purchase') AND (verified = 0)",
    "event_type NOT IN ('cart', 'purchase')",
    "NOT (user_id IS NULL)",
    "user_id IS NULL AND campaign IS NULL",
    "NOT user_id IN ('u1', 'u9')",
    "user_id <> 'u1'",
    "NOT price > 100",
    "price >= 250 AND quantity < 2",
    "price IN (99, 501)",
    "ip LIKE '10.0.%'",
    "ip NOT LIKE '%:%'",
    "user_agent LIKE '_url'",
)
HARD = (
    "price % 2 = 1",
    "price * quantity > 300",
    "ip LIKE '10.%' OR referrer IS NULL",
    "user_id <> anon_id",
    "path > '/'",
)


@pytest.mark.parametrize("cut", [0, 77])
def test_predicates_are_what_the_database_says(cut: int) -> None:
    events = EVENTS.slice(cut)
    texts = (*SIMPLE, *HARD)
    flags, values = Predicates(texts, ["price * quantity"]).flags_and_values(events)
    connection = duckdb.connect()
    connection.register("events", events)
    for text, flag in zip(texts, flags, strict=True):
        wanted = connection.sql(f"SELECT coalesce({text}, FALSE) FROM events").fetchall()
        assert flag.tolist() == [row[0] for row in wanted], text
        assert 0 < sum(flag.tolist()) < len(events) or text in ("TRUE", "path > '/'")
    wanted = connection.sql("SELECT coalesce(price * quantity, 0) FROM events").fetchall()
    assert values[0].tolist() == [row[0] for row in wanted]


def test_simple_ones_need_no_query() -> None:
    assert Predicates(SIMPLE, [])._sql == ""
    assert Predicates(HARD, [])._sql.count(" AS ") == len(HARD)


def test_no_events_no_flags() -> None:
    flags, values = Predicates((*SIMPLE, *HARD), ["price"]).flags_and_values(EVENTS.slice(0, 0))
    assert {len(each) for each in (*flags, *values)} == {0}


CONDITIONS = (
    "a + b * c > 3 AND NOT (a = b OR c < a)",
    "4 * a * b < 5 * c * c",
    "a - b BETWEEN -2 AND c",
    "-a * b <> c",
    "(a >= b OR b <= c) AND a * a * a * a * a <= 100000",
)
small = st.integers(-9, 9)
_connection = duckdb.connect()


@given(st.sampled_from(CONDITIONS), st.lists(st.tuples(small, st.integers(0, 3)), min_size=3, max_size=3), st.data())
def test_bounds_hold(text: str, spans: list[tuple[int, int]], data: st.DataObject) -> None:
    """Whatever is true of numbers within their bounds is said to be possible, and with exact numbers all is known."""
    tree = parse_one(text, dialect="duckdb")
    inside = {name: data.draw(st.integers(low, low + more)) for name, (low, more) in zip("abc", spans, strict=True)}
    bounds = {name: (float(low), float(low + more)) for name, (low, more) in zip("abc", spans, strict=True)}
    holds = _holds(text, inside)
    can, cannot = truth(tree, bounds.__getitem__)
    assert can if holds else cannot
    exactly = truth(tree, lambda name: (float(inside[name]),) * 2)
    assert tuple(map(bool, exactly)) == (holds, not holds)


def _holds(text: str, values: dict[str, int]) -> bool:
    named = ", ".join(f"{value} AS {name}" for name, value in values.items())
    return bool(_connection.sql(f"SELECT {text} FROM (SELECT {named})").fetchall()[0][0])


def test_bounds_hold_beyond_exact_floats() -> None:
    """2**53 + 1 is no float: the bounds move outward, so that it may still be greater than 2**53."""
    tree = parse_one("m * 1 + 1 > 9007199254740992", dialect="duckdb")
    assert isinstance(tree, exp.GT)
    assert truth(tree, lambda _: (2.0**53, 2.0**53))[0]
    low, high = number(tree.this, lambda _: (2.0**53, 2.0**53))
    assert low < 2**53 + 1 < high


def test_unknown_numbers_are_possible() -> None:
    tree = parse_one("m * u > 5", dialect="duckdb")
    ranges = {"m": (np.array([0.0, 1.0]), np.array([0.0, 1.0])), "u": (-np.inf, np.inf)}
    found = possible([tree], 2, lambda name, _: ranges[name])
    assert found.tolist() == [1]
