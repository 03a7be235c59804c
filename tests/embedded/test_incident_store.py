"""The incident store: steps kept whole, people's words kept, other processes reading meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from footfall.detect.desk import Desk
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Finding
from footfall.layout import Layout
from footfall.ports import FootfallError
from tests.conformance.incident_store import END, FLOOD, IncidentStoreLaws, Plane, fill, what_was_kept_is_read_back
from tests.conftest import temporary_folder
from tests.detect.desks import FINDINGS, MANNERS


@pytest.fixture(scope="module")
def plane() -> Iterator[Plane]:
    """A store in a home of its own, each time."""
    with ExitStack() as folders:
        yield Plane(lambda: EmbeddedIncidents(Layout(folders.enter_context(temporary_folder()))), _notes)


@given(findings=FINDINGS)
def test_what_was_kept_is_read_back(plane: Plane, findings: list[Finding]) -> None:
    what_was_kept_is_read_back(plane, findings)


class TestEmbedded(IncidentStoreLaws):
    """The laws of every plane, on SQLite."""


def _notes(store: Any) -> list[tuple[str, str]]:
    return [tuple(row) for row in store.read("SELECT incident, what FROM outbox ORDER BY rowid")]


def store_of(findings: list[Finding], home: Path, upto: int = END) -> EmbeddedIncidents:
    """A store under a home in which a guard has kept what it made of findings."""
    store = EmbeddedIncidents(Layout(home))
    fill(store, findings, upto)
    return store


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    store = EmbeddedIncidents(Layout(tmp_path / "home"))
    assert (store.incidents(), store.verdicts(), store.state("desk"), store.timeline("x")) == ([], [], None, [])
    assert not (tmp_path / "home").exists()


def _everything(store: EmbeddedIncidents) -> dict[str, list[tuple[object, ...]]]:
    names = ("incidents", "alerts", "verdicts", "moments", "outbox", "states")
    return {name: [tuple(row) for row in store.read(f"SELECT * FROM {name}")] for name in names}


def test_a_step_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = store_of(FLOOD[:1], tmp_path, 10_000)
    before = _everything(store)
    torn = replace(Desk(MANNERS).take(FLOOD, END), states={"desk": [1]})  # type: ignore[dict-item]
    with pytest.raises(FootfallError, match=r"guard\.sqlite"):
        store.apply(torn)
    assert _everything(store) == before


WRITER = """
import sys
from pathlib import Path
from footfall.detect.desk import Desk
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.layout import Layout
from dataclasses import replace
from tests.detect.desks import FINDINGS, MANNERS, found
store, desk = EmbeddedIncidents(Layout(Path(sys.argv[1]))), Desk(MANNERS)
for step in range(1, 10_000):
    crew = [found("flood", f"10.{n}.{step % 250}.1", 1_000 * step) for n in range(50)]
    changes = desk.take(crew, 1_000 * step)
    store.apply(replace(changes, states={"step": str(step).encode()}))
    print(step, flush=True)
"""


def test_a_killed_writer_leaves_whole_steps_and_a_reader_is_never_held_up(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": f"{root / 'src'}:{root}"}
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout
        reader = EmbeddedIncidents(Layout(tmp_path))
        for line in writer.stdout:
            whole = reader.read("SELECT (SELECT count(*) FROM alerts) AS alerts, value FROM states")
            assert whole[0]["alerts"] == 50 * int(whole[0]["value"])
            if int(line) == 12:
                writer.send_signal(signal.SIGKILL)
                break
    again = EmbeddedIncidents(Layout(tmp_path))
    step = int(again.state("step") or b"0")
    assert step >= 12
    assert len(again.verdicts()) == 50 * step
    (incident,) = again.incidents()
    assert incident.subjects == len(incident.alerts) == 50 * step


def test_a_damaged_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    path = Layout(tmp_path).incidents
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(FootfallError, match="is damaged"):
        EmbeddedIncidents(Layout(tmp_path)).incidents()


def test_commits_wait_for_the_disk(tmp_path: Path) -> None:
    store = store_of(FLOOD, tmp_path)
    assert store.read("PRAGMA synchronous")[0][0] == 2
    with sqlite3.connect(Layout(tmp_path).incidents) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
