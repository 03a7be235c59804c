"""Laws of every command: help that is quick and says something, one JSON document, answers that agree."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer

from footfall.cli import app
from footfall.embedded.answers import Answers
from footfall.embedded.export import EXPORTS, rows_of, write_file
from tests.cli.conftest import ENTRY, Ran, Shell, environment
from tests.conftest import Home, event, jsonl, temporary_home
from tests.embedded.worlds import START, world

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EXAMPLES: dict[str, list[str]] = {
    "demo": ["--days", "7", "--visitors", "30", "--no-serve"],
    "grade": ["--days", "7", "--visitors", "50", "--seeds", "1"],
    "simulate": ["-o", "simulated.jsonl", "--days", "1", "--visitors", "5", "--processes", "1"],
    "ingest": ["events.jsonl"],
    "build": [],
    "query": ["SELECT event_type, count(*) AS n FROM events GROUP BY ALL"],
    "export": ["visitors"],
    "init": [],
    "doctor": [],
    "incidents": ["list"],
}
"""A way to call each command that does something small."""
WEEK = jsonl([*world(3), event(START, "cart", user_id="leaver", user_session="leaver", price=500)])
"""A small store with a cart that somebody left."""
HEAVY = {"demo", "grade"}
"""Commands that simulate stores, which takes a while."""
LOADED = """
import sys
import typer
from footfall.cli import app
command = typer.main.get_command(app)
for name in [None, *command.commands]:
    sys.argv = ["footfall", *([name] if name else []), "--help"]
    try:
        app()
    except SystemExit as ended:
        assert ended.code == 0, name
    loaded = {module.partition(".")[0] for module in sys.modules} & {"pyarrow", "duckdb", "numpy", "rich", "msgspec"}
    assert not loaded, (name, loaded)
"""


def test_help_loads_nothing_that_takes_long() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, env=environment(Path("none")), check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(name in ended.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does_and_what_its_options_are(name: str) -> None:
    command = COMMANDS[name]
    assert command.help.strip().splitlines()[0].endswith((".", ":"))
    assert all(parameter.help for parameter in command.params if parameter.name != "help")


def test_every_command_is_tried_here() -> None:
    assert set(EXAMPLES) == set(COMMANDS)


def test_without_a_command_help_is_shown(shell: Shell) -> None:
    ran = shell()
    assert ran.code == 2
    assert "ingest" in ran.out + ran.err


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


def document(ran: Ran) -> Any:
    """What a command printed: one JSON document with nothing around it, and no constant that JSON does not know."""
    assert (ran.code, ran.err) == (0, ""), ran

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    assert ran.out.endswith("\n")
    return json.loads(ran.out, parse_constant=refuse)


@pytest.mark.parametrize("name", sorted({*EXAMPLES} - HEAVY - {"init"}))
def test_json_is_one_document(built: Shell, name: str) -> None:
    assert document(built(name, *EXAMPLES[name], "--json"))


def test_the_doctor_of_a_damaged_home_exits_with_one(shell: Shell) -> None:
    assert shell("ingest", shell.file("events.jsonl", WEEK)).code == 0
    unbuilt = shell("doctor", "--json")
    assert unbuilt.code == 1
    assert [finding["do"] for finding in json.loads(unbuilt.out) if not finding["ok"]] == ["footfall build"]
    assert "footfall build" in shell("doctor").out


def test_init_says_where_it_wrote_and_never_overwrites(shell: Shell) -> None:
    assert document(shell("init", "--json")) == {"file": str(shell.home / "footfall.toml")}
    assert "is there already" in shell("init").sentence
    assert document(shell("doctor", "--json"))[0]["ok"]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(HEAVY))
def test_commands_that_simulate_end_well(shell: Shell, name: str) -> None:
    json_too = "--json" in {option for parameter in COMMANDS[name].params for option in parameter.opts}
    ran = shell(name, *EXAMPLES[name], *(["--json"] if json_too else []))
    assert ran.code == 0, ran
    assert "Traceback" not in ran.err
    assert not json_too or document(ran)


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


def visitors_told_by_csv_alone(content: str, zone: str) -> dict[str, tuple[int, int]]:
    """Unique and new visitors a day, in ten lines that know nothing of Footfall."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for row in csv.DictReader(io.StringIO(content)):
        utc = datetime.fromisoformat(row["event_time"].replace(" UTC", "+00:00"))
        seen[f"{utc.astimezone(ZoneInfo(zone)):%Y-%m-%d}"].add(row["user_id"])
    known: set[str] = set()
    counts = {}
    for day in sorted(seen):
        counts[day] = (len(seen[day]), len(seen[day] - known))
        known |= seen[day]
    return counts


def test_unique_visitors_of_a_csv_are_those_that_a_short_script_counts(shell: Shell) -> None:
    zone = "America/New_York"
    start = datetime(2019, 11, 1, 22, 0)  # noqa: DTZ001
    rows = [(start + timedelta(minutes=7 * n), f"u{n * n % 83}", f"s{n // 3}") for n in range(900)]
    lines = [f"{time} UTC,view,p{n % 9},1,a.b,,1.50,{user},{session}" for n, (time, user, session) in enumerate(rows)]
    header = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
    content = "\n".join([header, *lines, *lines[:50], ""])
    env = {"FOOTFALL_STORE__TIMEZONE": zone}
    assert shell("ingest", shell.file("events.csv", content.encode()), env=env).code == 0
    assert shell("build", env=env).code == 0
    told = document(shell("export", "visitors", "--json", env=env))
    assert {row["day"]: (row["visitors"], row["new"]) for row in told} == visitors_told_by_csv_alone(content, zone)
    sql = "SELECT day, count(*) AS n FROM visitor_days GROUP BY day ORDER BY day"
    queried = document(shell("query", sql, "--json", env=env))
    assert [(row["day"], row["n"]) for row in queried] == [(row["day"], row["visitors"]) for row in told]


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
