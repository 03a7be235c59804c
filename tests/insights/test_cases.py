"""Stores small enough to count by hand: folders of a question that hold clean.csv and what must come of it.

clean.csv names the cells of `clean` that matter, the others are usual (see conftest). expected_<name>.csv holds all
rows of a mart or a question: a measure without a suffix stands for gross, known and net alike, one that is not named
must be 0, other columns are compared where they are named. expected_labels.csv holds columns of the labelled rows.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from footfall.insights.brands import brands_to_promote
from footfall.insights.categories import occurrences, top_categories
from footfall.insights.windows import discount_windows

Row = dict[str, Any]

CASES = sorted(folder.parent for folder in Path(__file__).parent.glob("*/*/clean.csv"))
TOLD = [path for case in CASES for path in sorted(case.glob("expected_*.csv"))]
POPULATIONS = ("gross", "known", "net")
DATES = ("day", "week", "event_date", "session_date")
TEXTS = ("event_type", "product_id", "category", "brand", "visitor", "label", "status", "among")
FRACTIONS = (
    "rate",
    "low",
    "high",
    "expected_rate",
    "seen",
    "lift",
    "index",
    "conversion",
    "interest_each",
    "occurrences",
)
OCCURRED = occurrences([date(2024, 3, day) for day in range(4, 11)])
LABELS: dict[str, Callable[[list[Row]], dict[str, Any]]] = {
    "top_categories": lambda rows: top_categories(rows, OCCURRED, "hour"),
    "discount_windows": lambda rows: discount_windows(rows, OCCURRED),
    "brands_to_promote": brands_to_promote,
}


def cell(name: str, text: str) -> Any:
    """What a cell stands for; an empty one for nothing, or for the null brand."""
    if name in TEXTS:
        return text
    if not text:
        return None
    return date.fromisoformat(text) if name in DATES else float(text) if name in FRACTIONS else int(text)


def read(path: Path) -> list[Row]:
    """The rows of a CSV file; lines that begin with # are comments."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [{name: cell(name, text) for name, text in row.items()} for row in csv.DictReader(lines)]


def full(told: Row, columns: list[str]) -> Row:
    """A told row with every measure in every population."""
    measures = {
        name: told.get(name, told.get(name.rpartition("_")[0], 0))
        for name in columns
        if name.rpartition("_")[2] in POPULATIONS
    }
    keys = {name: value for name, value in told.items() if name in columns and name not in measures}
    return keys | measures


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [str(row[name]) for name in sorted(row)])


@pytest.mark.parametrize("told", TOLD, ids=[f"{path.parent.name}-{path.stem}" for path in TOLD])
def test_case(shop: Any, told: Path) -> None:
    store, name = shop(read(told.parent / "clean.csv")), told.stem.removeprefix("expected_")
    expected = read(told)
    if name == "labels":
        table = LABELS[told.parents[1].name](store.ask(told.parents[1].name))
        for column in expected[0]:
            assert table[column].tolist() == pytest.approx([row[column] for row in expected], abs=5e-4), column
        return
    rows = store.answer(name)
    expected = [full(row, list(rows[0])) for row in expected]
    assert in_order([{key: row[key] for key in expected[0]} for row in rows]) == in_order(expected)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("mart", ["category_hours", "brand_days"])
def test_days_one_by_one_are_the_history(shop: Any, case: Path, mart: str) -> None:
    store = shop(read(case / "clean.csv"))
    assert in_order(store.mart_by_day(mart)) == in_order(store.mart(mart))


def test_every_told_column_is_one_of_the_answer(shop: Any) -> None:
    store = shop([{}])
    for path in TOLD:
        name = path.stem.removeprefix("expected_")
        known = set(LABELS[path.parents[1].name]([])) if name == "labels" else set(store.answer(name)[0])
        plain = {column.rpartition("_")[0] for column in known if column.rpartition("_")[2] in POPULATIONS}
        assert set(read(path)[0]) <= known | plain, path


def test_every_case_tells_something() -> None:
    assert all(any(case.glob("expected_*.csv")) for case in CASES)
    assert len(CASES) >= 12
