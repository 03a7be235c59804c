"""Laws of the notes: every rule and question has one, Zeppelin's own parser reads it, Flink runs its paragraphs."""

from __future__ import annotations

import ast
import gzip
import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from footfall import insights, rules
from footfall.aws.flink.judgement import judged
from footfall.aws.records import records
from footfall.aws.zeppelin.notes import APPENDED, PYTHON, STREAM, STREAMED, WORDS, Note, kinesis, notes
from footfall.conformance import engines
from footfall.conformance.rules import FLINK, embedded
from footfall.detect.compile import WINDOW_END
from footfall.detect.copies import Copies
from footfall.detect.flink import RAW, watch_statements
from footfall.detect.relation import COLUMNS, relation
from footfall.event import arrow_schema
from tests.aws.test_flink_application import WATCHES, attacked

HERE = Path(__file__).parent / "zeppelin"
CLASSPATH = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
LIVE = notes(kinesis("footfall-clean", "eu-central-1"))


def spoken(note: Note) -> list[tuple[str, str]]:
    """The interpreter and the text of every paragraph."""
    parts = [str(paragraph["text"]).partition("\n\n") for paragraph in note["paragraphs"]]
    return [(kind, text) for kind, _, text in parts]


def test_every_rule_and_every_question_has_a_note() -> None:
    named = [f"/footfall/rules/{name}" for name, rule in rules.rules().items() if rule.watches]
    assert [note["name"] for note in LIVE] == [STREAM, *named] + [
        f"/footfall/questions/{name}" for name in insights.questions()
    ]
    ids = [note["id"] for note in LIVE] + [part["id"] for note in LIVE for part in note["paragraphs"]]
    assert len(ids) == len(set(ids))


def test_every_watch_is_a_query_of_its_note() -> None:
    texts = {text for note in LIVE for kind, text in spoken(note) if kind == APPENDED}
    assert texts == {
        watch_statements(watch)[-1].rstrip() + ";" for rule in rules.rules().values() for watch in rule.watches
    }


def test_notes_made_again_are_the_same() -> None:
    assert notes(kinesis("footfall-clean", "eu-central-1")) == LIVE


@pytest.mark.engines
def test_zeppelin_reads_every_note(tmp_path: Path) -> None:
    jars = tmp_path / "classpath"
    maven = ["mvn", "--quiet", "--batch-mode", "--file", str(HERE / "pom.xml"), CLASSPATH, f"-Dmdep.outputFile={jars}"]
    subprocess.run(maven, check=True, capture_output=True)
    files = []
    for note in LIVE:
        files.append(tmp_path / f"{note['id']}.zpln")
        files[-1].write_text(json.dumps(note), "utf-8")
    java = ["java", "-cp", jars.read_text("utf-8"), str(HERE / "NoteCheck.java"), *map(str, files)]
    said = subprocess.run(java, check=True, capture_output=True, text=True).stdout
    told = [line.split("\t")[1:] for line in said.splitlines() if line.startswith("NOTE\t")]
    read = [(name, kind, more, b64decode(text).decode().strip()) for name, kind, more, text in told]
    kinds = {
        WORDS: ("md", "{}"),
        STREAMED: ("flink.ssql", "{}"),
        PYTHON: ("flink.pyflink", "{}"),
        APPENDED: ("flink.ssql", "{type=append}"),
    }
    assert read == [(note["id"], *kinds[kind], text.strip()) for note in LIVE for kind, text in spoken(note)]


def test_the_functions_are_python_as_studio_has_it() -> None:
    (text,) = [text for kind, text in spoken(LIVE[0]) if kind == PYTHON]
    ast.parse(text, feature_version=(3, 8))
    assert "footfall" not in text


@pytest.mark.engines
def test_flink_runs_the_paragraphs_over_what_the_application_writes(tmp_path: Path) -> None:
    """Every paragraph as it stands, over the bytes of `clean`: the rows that rules read, and what every watch finds."""
    assert engines.installed("flink"), engines.INSTALL
    events = pa.concat_tables([attacked(tmp_path), strangers()], promote_options="permissive")
    events = events.sort_by([("received_at", "ascending")])
    lines = [bytes(record["Data"]) for record in records(events)]
    clean = judged(lines, [0] * len(lines), [str(place) for place in range(len(lines))])["clean"]
    stream = tmp_path / "clean.json.gz"
    stream.write_bytes(gzip.compress("\n".join(clean).encode(), 1))
    made = notes({"connector": "filesystem", "path": str(stream), "format": "json"})
    found = run(made, tmp_path)
    wanted = embedded(WATCHES, {}, relation(Copies().without(events)))
    assert {name: table.num_rows for name, table in found.items() if name in wanted} == {
        name: table.num_rows for name, table in wanted.items()
    }
    for name, table in wanted.items():
        assert rows_of(found[name]) == rows_of(table), name
    assert len({watch.rule.id for watch in WATCHES if wanted[watch.id].num_rows}) > 10
    assert rows_of(found["rows"]) == rows_of(relation(events))
    assert {row["verified"] for row in found["rows"].to_pylist()} == {0, 1}


def run(made: Sequence[Note], folder: Path) -> dict[str, pa.Table]:
    """What every watch finds by its note, and the rows that rules read, as the note of the stream makes them."""
    first = spoken(made[0])
    jobs = [job(watch_id, views, query, folder) for note in made for watch_id, views, query in asked(note)]
    jobs.append(job("rows", [], f"SELECT {', '.join(map('`{}`'.format, COLUMNS))} FROM `{RAW}`", folder))
    plan = {
        "settings": FLINK | {"python.fn-execution.bundle.time": "200"},
        "python": next(text for kind, text in first if kind == PYTHON),
        "source": [text.rstrip(";") for kind, text in first if kind == STREAMED],
        "jobs": jobs,
        "together": 6,
    }
    engines.run_plan("flink", "on_flink.py", plan, folder / "run")
    return {each["name"]: read(Path(each["out"])) for each in jobs}


def job(name: str, views: list[str], query: str, folder: Path) -> dict[str, Any]:
    """What the runner is told of one query."""
    return {"name": name, "views": views, "query": query, "out": str(folder / "out" / name)}


def strangers() -> pa.Table:
    """Visits of what addresses and agents may be: crawlers that are and that are not, networks of both kinds, none."""
    agents = ["Googlebot/2.1", "facebookexternalhit/1.1 Twitterbot/1.0", "curl/8", None]
    ips = ["66.249.64.1", "203.0.113.9", "2001:db8:1::9", "::1", "2001:0:0:4::", "::ffff:1.2.3.4", "1.2.3.04", None]
    start = 1_600_000_000_000_000
    rows: list[dict[str, object]] = [
        {"event_type": kind, "ip": ip, "user_agent": agent, "user_id": "u", "extra": '{"a":{"b":[1]}}'}
        for kind in ("page", "request")
        for ip in ips
        for agent in agents
    ]
    rows += [{"event_type": "page", "anon_id": "a", "category_id": "7", "status": 404, "path": 'it\'s "ä"'}]
    times = [{"event_time": start + 1_000 * place, "received_at": start + 2_000 * place} for place in range(len(rows))]
    return pa.Table.from_pylist([row | time for row, time in zip(rows, times, strict=True)], arrow_schema())


def asked(note: Note) -> Iterator[tuple[str, list[str], str]]:
    """The queries of a note, each with its watch and the views that stand before it."""
    views: list[str] = []
    for kind, text in spoken(note):
        if kind == WORDS and text.startswith("## "):
            watch_id, views = text.partition("\n")[0].removeprefix("## "), []
        elif kind == STREAMED:
            views.append(text.rstrip(";"))
        elif kind == APPENDED:
            yield watch_id, views, text.rstrip(";")


def read(folder: Path) -> pa.Table:
    """The rows that Flink wrote; a window's end in UTC ms."""
    lines = [json.loads(line) for path in folder.glob("*") for line in path.read_text("utf-8").splitlines()]
    for line in lines:
        if WINDOW_END in line:
            moment = datetime.fromisoformat(line[WINDOW_END]).replace(tzinfo=UTC)
            line[WINDOW_END] = int(moment.timestamp() * 1000)
    return pa.Table.from_pylist(lines)


def rows_of(table: pa.Table) -> list[str]:
    """Rows as texts, in order; what is NULL is not said."""
    rows = [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
    return sorted(json.dumps(row, sort_keys=True) for row in rows)
