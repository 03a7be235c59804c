"""Laws of the dashboard on QuickSight: every figure is a defined measure, and the services' own schemas take it."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp, parse_one

from footfall import insights
from footfall.aws.quicksight import data
from footfall.aws.quicksight.definition import Board
from footfall.aws.quicksight.pages import PAGES, Shown
from footfall.aws.quicksight.visuals import LONGEST, defined, visual

ARN = "arn:aws:quicksight:eu-central-1:123456789012"
READER = f"{ARN}:group/default/analysts"
BOARD = Board("footfall", "123456789012", ARN, "footfall-questions", "footfall", readers=(READER,))
SHOWN = [shown for page in PAGES for shown in page.shown]
DEFINITIONS = (Path(__file__).parents[2] / "docs/definitions.md").read_text("utf-8")
WIDEST = 36


def name(shown: Shown) -> str:
    """A visual's title."""
    return shown.title


def test_every_page_is_there() -> None:
    assert [page.title for page in PAGES] == [
        *("Overview", "Carts", "Discount calendar", "Brands", "Live and attacks", "Data health")
    ]


def test_every_question_is_shown_somewhere() -> None:
    assert {shown.source.question for shown in SHOWN} == set(data.asked())


@pytest.mark.parametrize("shown", SHOWN, ids=name)
def test_a_visual_draws_columns_of_its_question_and_says_what_they_mean(shown: Shown) -> None:
    known = data.columns()[shown.source.question]
    measured = {column for measure in shown.measures for column in measure.split(" / ")}
    assert measured | set(shown.by) <= set(known)
    if shown.kind != "rows":
        assert {known[column] for column in measured} == {"INTEGER"}
    question = data.asked()[shown.source.question]
    assert question.header["definition"].startswith(defined(shown))
    assert 40 < len(defined(shown)) <= LONGEST
    assert f"### {question.header['title']}\n\nDefinition: " in DEFINITIONS
    (drawn,) = visual(shown, "v").values()
    assert drawn["Title"]["FormatText"]["PlainText"] == shown.title


def test_no_visual_adds_up_what_does_not_add_up() -> None:
    """Distinct visitors of days are no visitors of a range, and totals stand beside their parts."""
    for shown in SHOWN:
        if shown.source.question == "unique_visitors":
            assert "day" in shown.by
        if shown.source.question in ("top_categories", "discount_windows", "funnel", "abandoned_carts"):
            assert shown.source.rows, shown.title


@pytest.mark.parametrize("source", data.sources(), ids=lambda source: source.name)
def test_a_data_set_reads_marts_of_the_database_alone(source: Any) -> None:
    text = data.athena(source, "shop")
    tree = parse_one(text, dialect="trino")
    named = {(table.db, table.name) for table in tree.find_all(exp.Table)}
    own = {cte.alias for cte in tree.find_all(exp.CTE)} | {"p"}
    read = {table for database, table in named if database == "shop"}
    assert {table for database, table in named if database != "shop"} <= own
    assert read
    assert read <= {"raw", "verdicts", *insights.daily(), *insights.history(), *insights.standing()}
    assert "$" not in text


def test_the_columns_given_are_those_of_the_lake() -> None:
    """A question that reads them answers in DuckDB with what QuickSight is told."""
    assert set(data.columns()) == set(data.asked())
    with duckdb.connect() as connection:
        for table, declared in data._GIVEN.items():
            connection.execute(f"CREATE TABLE {table} ({declared})")
        row = "'1.2.3.4', 'agent', NULL, NULL, '2019-10-01'"
        connection.execute(f"INSERT INTO raw VALUES ({row}), (NULL, 'agent', 'u', 'a', '2019-10-01')")
        connection.execute(
            """INSERT INTO verdicts VALUES ('v', 'r', 'c', NULL, 1, '2019-10-01'), ('v', 'r', 'c', 5, 2, '2019-10-02'),
               ('w', 'r', 'c', NULL, 1, '2019-10-01')"""
        )
        days = {"since": "2019-10-01", "until": "2019-10-02"}
        told, came = (
            connection.sql(data.own()[each].text, params=days).fetchall() for each in sorted(data.own())[::-1]
        )
    assert [row[1:] for row in told] == [("r", "c", 1, 0), ("r", "c", 0, 1)]
    assert [row[1:] for row in came] == [(2, 1, 0, 1)]


def test_nothing_on_a_sheet_lies_over_another() -> None:
    for sheet in BOARD.definition()["Sheets"]:
        elements = sheet["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]
        cells = [
            (row, column)
            for each in elements
            for row in range(each["RowIndex"], each["RowIndex"] + each["RowSpan"])
            for column in range(each["ColumnIndex"], each["ColumnIndex"] + each["ColumnSpan"])
        ]
        assert len(cells) == len(set(cells))
        assert max(column for _, column in cells) < WIDEST
        placed = [each["ElementId"] for each in elements]
        drawn = [next(iter(each.values()))["VisualId"] for each in sheet["Visuals"]]
        assert placed == [*drawn, sheet["TextBoxes"][0]["SheetTextBoxId"]]


def test_ids_are_unique_and_fields_are_declared() -> None:
    definition = BOARD.definition()
    fields = [f"{each['DataSetIdentifier']}.{each['Name']}" for each in definition["CalculatedFields"]]
    assert len(fields) == len(set(fields))
    declared = {each["Identifier"] for each in definition["DataSetIdentifierDeclarations"]}
    assert {each["DataSetIdentifier"] for each in definition["CalculatedFields"]} <= declared
    ids = sorted(_ids(definition))
    assert all(one != other for one, other in pairwise(ids))


def _ids(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for each in part for found in _ids(each)]
    if not isinstance(part, dict):
        return []
    own = [part[key] for key in ("FieldId", "VisualId", "SheetId") if key in part and "Direction" not in part]
    return own + [found for each in part.values() for found in _ids(each)]


def resources() -> dict[str, tuple[str, dict[str, Any]]]:
    """Everything, by its Create call: the CloudFormation type and the properties."""
    made = {
        "CreateDataSource": [("AWS::QuickSight::DataSource", BOARD.data_source())],
        "CreateDataSet": [("AWS::QuickSight::DataSet", each) for each in BOARD.data_sets()],
        "CreateRefreshSchedule": [("AWS::QuickSight::RefreshSchedule", each) for each in BOARD.refreshes()],
        "CreateAnalysis": [("AWS::QuickSight::Analysis", BOARD.analysis())],
        "CreateDashboard": [("AWS::QuickSight::Dashboard", BOARD.dashboard())],
    }
    return {f"{call}{place}": each for call, listed in made.items() for place, each in enumerate(listed)}


def lint(folder: Path, made: dict[str, tuple[str, dict[str, Any]]]) -> subprocess.CompletedProcess[str]:
    """What cfn-lint says of a template of these resources."""
    parts = {place: {"Type": kind, "Properties": told} for place, (kind, told) in made.items()}
    template = folder / "dashboard.json"
    template.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": parts}), "utf-8")
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--regions", "eu-central-1", "--", str(template)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_cloudformation_takes_it(tmp_path: Path) -> None:
    found = lint(tmp_path, resources())
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.slow
def test_cloudformation_would_refuse_what_quicksight_does_not_know(tmp_path: Path) -> None:
    """That a clean report says something."""
    kind, told = resources()["CreateDashboard0"]
    sheet = {**told["Definition"]["Sheets"][0], "ContentType": "LIVELY"}
    broken = {**told, "Definition": {**told["Definition"], "Sheets": [sheet]}}
    found = lint(tmp_path, {"CreateDashboard0": (kind, broken)})
    assert "LIVELY" in found.stdout
