"""Answers on the command line: queries, exports, and that they agree however they are asked for."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from footfall.embedded.answers import Answers
from footfall.embedded.export import EXPORTS, rows_of, write_file
from tests.cli.conftest import ENTRY, Shell, environment
from tests.cli.test_commands import EXAMPLES, HEAVY, WEEK, WORDLESS, document
from tests.conftest import Home, jsonl, temporary_home
from tests.embedded.worlds import world


@pytest.fixture(scope="module")
def model() -> Iterator[Home]:
    """A week of a small store, built."""
    with temporary_home() as home:
        home.take(WEEK, name="events.jsonl")
        home.build()
        yield home


@pytest.fixture
def built(model: Home, shell: Shell) -> Shell:
    """A shell whose home is the model's."""
    shell.home.symlink_to(model.path)
    shell.file("events.jsonl", WEEK)
    return shell


@pytest.mark.parametrize("name", sorted({*EXAMPLES} - HEAVY - WORDLESS - {"init"}))
def test_json_is_one_document(built: Shell, name: str) -> None:
    assert isinstance(document(built(name, *EXAMPLES[name], "--json")), (dict, list))


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 1 AS a, 'b' AS c, NULL AS d", [{"a": 1, "c": "b", "d": None}]),
        ("SELECT 1 AS a WHERE false", []),
        ("SELECT 'NaN'::DOUBLE AS a, 'inf'::DOUBLE AS b", [{"a": None, "b": None}]),
        (
            "SELECT DATE '2019-10-01' AS a, 12345678901234567890::HUGEINT AS b",
            [{"a": "2019-10-01", "b": 12345678901234567890}],
        ),
        ("SELECT 1 AS a, 2 AS a", [{"a": 1, "a_1": 2}]),
        ("SELECT '[/x] [red]' AS \"[/y]\"", [{"[/y]": "[/x] [red]"}]),
    ],
)
def test_a_query_gives_its_rows_as_json_and_as_a_table(built: Shell, sql: str, rows: list[dict[str, Any]]) -> None:
    told = document(built("query", sql, "--json"))
    assert [
        {key: int(value) if key == "b" and isinstance(value, str) else value for key, value in row.items()}
        for row in told
    ] == rows
    shown = built("query", sql)
    assert (shown.code, shown.err) == (0, "")
    assert all(str(value) in shown.out for row in rows for value in row.values() if isinstance(value, str))


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "selec",
        "SELECT * FROM nowhere",
        "SELECT error('a\nb')",
        "SELECT 1/",
        "FROM read_csv('none')",
        "SELECT 1; SELEC",
    ],
)
def test_a_query_that_cannot_be_answered_is_a_sentence(built: Shell, sql: str) -> None:
    ran = built("query", sql)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert ran.err.startswith("footfall: The query ")


def test_answers_before_there_is_anything_say_what_to_do(shell: Shell) -> None:
    for command in (["query", "SELECT 1"], ["export", "visitors"]):
        assert "footfall ingest FILE" in shell(*command).sentence
    assert shell("ingest", shell.file("e.jsonl", jsonl(world(1, visits=2)))).code == 0
    assert "footfall build" in shell("export", "visitors").sentence


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_an_export_is_the_same_as_csv_and_as_parquet(model: Home, tmp_path: Path, name: str) -> None:
    rows = rows_of(Answers(model.lake), name)
    assert rows.num_rows or name in {"windows", "incidents", "verdicts", "blocklist", "changes"}
    for ending in (".csv", ".parquet"):
        write_file(rows, tmp_path / f"a{ending}")
    parquet = pq.read_table(tmp_path / "a.parquet")
    assert parquet.equals(rows)
    text = (tmp_path / "a.csv").read_bytes().decode()
    assert [*csv.reader(io.StringIO(text, newline=""))] == as_text(parquet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.parquet"]


def test_an_export_is_the_same_in_a_file_on_standard_output_and_as_json(built: Shell) -> None:
    assert list(document(built("export", "list", "--json"))) == list(EXPORTS)
    assert all(name in built("export", "list").out for name in EXPORTS)
    assert built("export", "visitors", "-o", "a.csv", "--gross").code == 0
    printed = built("export", "visitors", "--gross")
    assert printed.out == (built.folder / "a.csv").read_text("utf-8")
    lines = [*csv.DictReader(io.StringIO(printed.out))]
    told = document(built("export", "visitors", "--json", "--gross"))
    assert [{key: str(value) for key, value in row.items()} for row in told] == lines


def as_text(table: pa.Table) -> list[list[str]]:
    """A table as cells of text, as CSV has it."""
    rows = zip(*(map(cell, column.to_pylist()) for column in table.columns), strict=True)
    return [table.column_names, *map(list, rows)]


def cell(value: Any) -> str:
    """A value as CSV has it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nothing"], "There is no export 'nothing'"),
        (["visitors", "-o", "a.xlsx"], "must end in .csv or .parquet"),
        (["visitors", "-o", "no/such/folder.csv"], "There is no folder"),
        (["visitors", "-o", "/proc/a.csv"], ""),
        (["visitors", "-o", "folder.csv"], "Is a directory"),
    ],
)
def test_an_export_that_cannot_be_written_is_a_sentence(built: Shell, options: list[str], words: str) -> None:
    (built.folder / "folder.csv").mkdir()
    assert words in built("export", *options).sentence
    assert not [*built.folder.glob(".*")]


def test_since_and_until_choose_days(built: Shell) -> None:
    whole = {row["day"]: row for row in document(built("export", "visitors", "--json"))}
    days = sorted(whole)
    some = document(built("export", "visitors", "--json", "--since", days[1], "--until", days[3]))
    assert [row["day"] for row in some] == days[1:4]
    assert [row["visitors"] for row in some] == [whole[day]["visitors"] for day in days[1:4]]


def test_a_pipe_that_closes_early_is_no_error_worth_a_word(built: Shell) -> None:
    query = [*ENTRY, "query", "SELECT range FROM range(200000)", "--json"]
    with subprocess.Popen(
        query, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(built.home)
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
