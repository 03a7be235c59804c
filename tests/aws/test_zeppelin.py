"""Laws of the notes: every rule and question has one, Zeppelin's own parser reads it, Flink runs its paragraphs."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator
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
    """Every paragraph of every rule's note, as it stands; a flood from one address is found by the note for floods."""
    assert engines.installed("flink"), engines.INSTALL
    stream = tmp_path / "events.json"
    stream.write_text("".join(json.dumps(row) + "\n" for row in flood()), "utf-8")
    of_rules = [
        note for note in notes({"connector": "filesystem", "path": str(stream), "format": "json"}) if asked(note)
    ]
    table, view, *_ = (text.rstrip(";") for kind, text in spoken(of_rules[0]) if kind == STREAMED)
    jobs = [job for note in of_rules for job in paragraphs(note, (table, view), tmp_path / "out")]
    assert len(jobs) == len([watch for rule in rules.rules().values() for watch in rule.watches])
    plan = {"settings": FLINK, "source": [table, view], "jobs": jobs, "together": 8}
    engines.run_plan("flink", "on_flink.py", plan, tmp_path / "run")
    found = [line for path in (tmp_path / "out").glob("source_flood-*/*") for line in path.read_text().splitlines()]
    assert found
    assert all("203.0.113.9" in line for line in found)


def flood() -> list[dict[str, object]]:
    """Six thousand pages for one address within a minute, as the table of events has them."""
    named = {"ip": "203.0.113.9", "actor": "one", "user_agent": "curl", "path": "/", "verified": 0}
    times = [1_570_000_000_000 + 10 * place for place in range(6_000)]
    blank = dict.fromkeys(SCHEMA.names) | named | {"event_type": "page"}
    return [blank | {"event_time": at, "received_at": at} for at in times]


def asked(note: Note) -> list[str]:
    """The queries of a note."""
    return [text for kind, text in spoken(note) if kind == APPENDED]


def paragraphs(note: Note, source: tuple[str, str], out: Path) -> Iterator[dict[str, object]]:
    """The queries of a note, each with the views that stand before it; all notes read the same stream."""
    streamed = [(kind, text.rstrip(";")) for kind, text in spoken(note) if kind != WORDS]
    assert tuple(text for _, text in streamed[:2]) == source
    views: list[str] = []
    for place, (kind, text) in enumerate(streamed[2:]):
        if kind == STREAMED:
            views.append(text)
        else:
            name = f"{str(note['name']).rpartition('/')[2]}-{place}"
            yield {"name": name, "views": views, "query": text, "out": str(out / name)}
            views = []
