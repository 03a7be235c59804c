"""Laws of the notes: every rule and question has one, Zeppelin's own parser reads it, Flink runs its paragraphs."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from footfall import insights, rules
from footfall.aws.zeppelin.notes import APPENDED, STREAMED, WORDS, Note, kinesis, notes
from footfall.conformance import engines
from footfall.conformance.rules import FLINK
from footfall.detect.flink import watch_statements
from footfall.detect.relation import SCHEMA

HERE = Path(__file__).parent / "zeppelin"
CLASSPATH = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
LIVE = notes(kinesis("footfall-clean", "eu-central-1"))


def spoken(note: Note) -> list[tuple[str, str]]:
    """The interpreter and the text of every paragraph."""
    parts = [str(paragraph["text"]).partition("\n\n") for paragraph in note["paragraphs"]]
    return [(kind, text) for kind, _, text in parts]


def test_every_rule_and_every_question_has_a_note() -> None:
    named = [f"/footfall/rules/{name}" for name, rule in rules.rules().items() if rule.watches]
    assert [note["name"] for note in LIVE] == named + [f"/footfall/questions/{name}" for name in insights.questions()]
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
    kinds = {WORDS: ("md", "{}"), STREAMED: ("flink.ssql", "{}"), APPENDED: ("flink.ssql", "{type=append}")}
    assert read == [(note["id"], *kinds[kind], text.strip()) for note in LIVE for kind, text in spoken(note)]


@pytest.mark.engines
def test_flink_runs_the_paragraphs(tmp_path: Path) -> None:
    """A flood from one address is found by the note of the rule for floods, as its paragraphs stand."""
    assert engines.installed("flink"), engines.INSTALL
    stream = tmp_path / "events.json"
    blank = dict.fromkeys(SCHEMA.names)
    named = {
        "ip": "203.0.113.9",
        "actor": "one",
        "user_agent": "curl",
        "path": "/",
        "verified": 0,
        "event_type": "page",
    }
    times = [1_570_000_000_000 + 10 * place for place in range(6_000)]
    rows = [blank | named | {"event_time": at, "received_at": at} for at in times]
    stream.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    local = {"connector": "filesystem", "path": str(stream), "format": "json"}
    note = next(each for each in notes(local) if each["name"].endswith("/source_flood"))
    statements = [(kind, text.removesuffix(";")) for kind, text in spoken(note) if kind != WORDS]
    queries = [text for kind, text in statements if kind == APPENDED]
    jobs = [
        {"name": str(place), "views": [], "query": query, "out": str(tmp_path / "out" / str(place))}
        for place, query in enumerate(queries)
    ]
    source = [text for kind, text in statements if kind == STREAMED]
    plan = {"settings": FLINK, "source": source, "jobs": jobs, "together": len(jobs)}
    engines.run_plan("flink", "on_flink.py", plan, tmp_path / "run")
    found = [line for path in (tmp_path / "out").glob("*/*") for line in path.read_text("utf-8").splitlines()]
    assert found
    assert all("203.0.113.9" in line for line in found)
