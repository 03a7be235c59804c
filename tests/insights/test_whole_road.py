"""Stores small enough to count by hand, taken the whole road: a file in, a build, a question answered.

A folder of a question holds events.jsonl, perhaps late.jsonl (brought in after a first build), and expected.csv: all
rows of the answer in the columns named; lines that begin with # say what the case shows, and the zone if not UTC.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.conftest import NEW_HOME

from footfall import insights
from footfall.embedded.answers import Answers

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/events.jsonl"))


def told(case: Path) -> tuple[str, list[str], list[list[str]]]:
    """The store's zone, the columns and the rows that a case expects."""
    lines = (case / "expected.csv").read_text("utf-8").splitlines()
    zone = next((line.removeprefix("# zone: ") for line in lines if line.startswith("# zone: ")), "UTC")
    columns, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    return zone, columns, rows


@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}-{case.name}" for case in CASES])
def test_answer(case: Path, new_home: NEW_HOME) -> None:
    zone, columns, rows = told(case)
    home = new_home(timezone=zone)
    for name in ("events.jsonl", "late.jsonl"):
        if (case / name).exists():
            home.ingest(case / name)
            home.build()
    answer = Answers(home.lake).ask(case.parent.name).select(columns).to_pylist()
    assert [["" if value is None else str(value) for value in row.values()] for row in answer] == rows


def test_every_question_has_a_case() -> None:
    with_cases = {path.parent.parent.name for path in HERE.glob("*/*/expected*.csv")}
    asked_elsewhere = {"cart_presets", "recovery_list"}
    assert insights.questions().keys() - with_cases == asked_elsewhere
