"""Laws of every command: help that is quick and says something, and each of them tried."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer

from footfall.cli import app
from tests.cli.conftest import ENTRY, Ran, Shell, environment
from tests.conftest import event, jsonl
from tests.embedded.worlds import START, world

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EXAMPLES: dict[str, list[str]] = {
    "demo": ["--days", "7", "--visitors", "30", "--no-serve"],
    "grade": ["--days", "7", "--visitors", "50", "--seeds", "1"],
    "simulate": ["-o", "simulated.jsonl", "--days", "1", "--visitors", "5", "--processes", "1"],
    "ingest": ["events.jsonl"],
    "replay": [],
    "build": [],
    "query": ["SELECT event_type, count(*) AS n FROM events GROUP BY ALL"],
    "export": ["visitors"],
    "init": [],
    "doctor": [],
    "serve": ["--port", "0"],
    "watch": ["--replay", "events.jsonl"],
    "attack": ["list"],
    "rules": ["list"],
    "incidents": ["list"],
    "conformance": ["--engines", "duckdb", "--days", "2", "--visitors", "20"],
    "deploy": ["plan"],
    "users": ["list"],
    "digest": [],
}
"""A way to call each command that does something small."""
WEEK = jsonl([*world(3), event(START, "cart", user_id="leaver", user_session="leaver", price=500)])
"""A small store with a cart that somebody left."""
HEAVY = {"conformance", "demo", "grade"}
"""Commands that simulate stores, which takes a while."""
WORDLESS = {"serve", "watch"}
"""Commands that go on until they are told to end, or print a line for each alert."""
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


def document(ran: Ran) -> Any:
    """What a command printed: one JSON document with nothing around it, and no constant that JSON does not know."""
    assert (ran.code, ran.err) == (0, ""), ran

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    assert ran.out.endswith("\n")
    return json.loads(ran.out, parse_constant=refuse)


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


def test_serve_says_where_it_collects_and_ends_when_told(tmp_path: Path) -> None:
    serve = [*ENTRY, "serve", *EXAMPLES["serve"]]
    with subprocess.Popen(serve, stderr=subprocess.PIPE, text=True, env=environment(tmp_path / "home")) as process:
        assert process.stderr
        assert re.match(r"Collecting at http://127\.0\.0\.1:\d+, ", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 0, told
    assert told.endswith("Stopped; everything acknowledged is in the log.\n")


def test_watch_replays_a_file_and_leaves_the_lake_alone(shell: Shell) -> None:
    noon = datetime(2019, 10, 2, 12, tzinfo=UTC)
    flood = [
        event(noon + timedelta(milliseconds=100 * n), ip="203.0.113.9", user_session="one", path=f"/{n % 50}")
        for n in range(600)
    ]
    shell.file("events.jsonl", jsonl(flood))
    ran = shell("watch", *EXAMPLES["watch"])
    assert (ran.code, ran.err) == (0, "")
    alerts = [json.loads(line) for line in ran.out.splitlines()]
    assert {"kind": "ip", "name": "203.0.113.9"} in [one["subject"] for one in alerts if one["rule"] == "source_flood"]
    assert not (shell.home / "lake" / "events").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(HEAVY))
def test_commands_that_simulate_end_well(shell: Shell, name: str) -> None:
    json_too = "--json" in {option for parameter in COMMANDS[name].params for option in parameter.opts}
    ran = shell(name, *EXAMPLES[name], *(["--json"] if json_too else []))
    assert ran.code == 0, ran
    assert "Traceback" not in ran.err
    assert not json_too or document(ran)


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
