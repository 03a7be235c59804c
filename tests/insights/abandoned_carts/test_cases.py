"""Histories small enough to check by hand: each folder holds events.csv and what must come of them.

In expected.csv (the rows of abandoned_carts) a measure without a suffix stands for gross, known and net alike, and a
measure that is not named must be 0. expected_<name>.csv tells some columns of all rows of a mart or another question.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .stage import QUESTIONS, Event, Row, Store

CASES = sorted(folder.parent for folder in Path(__file__).parent.glob("*/events.csv"))
NAMES = [case.name for case in CASES]
TOLD = [path for case in CASES for path in sorted(case.glob("expected_*.csv"))]
POPULATIONS = ("gross", "known", "net")
DATES = ("day", "event_date", "session_date")
TEXTS = (
    "visitor",
    "event_type",
    "product_id",
    "category",
    "brand",
    "order_id",
    "ending",
    "population",
    "preset",
    "unit",
)


def cell(name: str, text: str) -> Any:
    """What one cell of a CSV file stands for; an empty one for nothing."""
    if name in TEXTS or not text:
        return text or ("" if name in ("brand", "category") else None)
    if name in DATES:
        return date.fromisoformat(text)
    if name == "at" or name.endswith("_at"):
        return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    return text == "True" if name == "provisional" else int(text)


def read(path: Path) -> list[Row]:
    """The rows of a CSV file; lines that begin with # are comments."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return [{name: cell(name, text) for name, text in row.items()} for row in csv.DictReader(lines)]


def events(case: Path) -> list[Event]:
    """The events of a case."""
    return [Event(**row | {"price": row["price"] or 0}) for row in read(case / "events.csv")]


def measure(row: Row, name: str) -> int:
    """What a row of expected.csv says of one column of the answer."""
    plain, _, population = name.rpartition("_")
    assert population in POPULATIONS, name
    return int(row[name] if name in row else row.get(plain) or 0)


def answer(shop: Store, name: str) -> list[Row]:
    """The rows of a question, or of a mart in some order."""
    return shop.ask(name) if name in QUESTIONS else shop.table(name)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_states_by_day(con: duckdb.DuckDBPyConnection, case: Path) -> None:
    expected = read(case / "expected.csv")
    rows = Store(con, events(case)).ask("abandoned_carts")
    assert [(row["day"], row["provisional"]) for row in rows] == [(row["day"], row["provisional"]) for row in expected]
    for row, told in zip(rows, expected, strict=True):
        measures = {name: number for name, number in row.items() if name not in ("day", "provisional")}
        assert measures == {name: measure(told, name) for name in measures}


@pytest.mark.parametrize("told", TOLD, ids=[f"{path.parent.name}-{path.stem}" for path in TOLD])
def test_marts_and_other_questions(con: duckdb.DuckDBPyConnection, told: Path) -> None:
    expected, name = read(told), told.stem.removeprefix("expected_")
    columns = told.read_text().splitlines()[0].split(",")
    rows = [{column: row[column] for column in columns} for row in answer(Store(con, events(told.parent)), name)]
    if name not in QUESTIONS:
        rows, expected = (sorted(some, key=repr) for some in (rows, expected))
    assert rows == expected


def test_every_column_of_a_case_is_one_of_the_answer(con: duckdb.DuckDBPyConnection) -> None:
    known = Store(con, [Event(0, "ann", "cart")]).ask("abandoned_carts")[0].keys()
    plain = {name.rpartition("_")[0] for name in known}
    for case in CASES:
        assert set(read(case / "expected.csv")[0]) <= known | plain, case.name
