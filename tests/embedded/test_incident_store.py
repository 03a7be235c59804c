"""The incident store: steps kept whole, people's words kept, other processes reading meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from footfall.detect.desk import Desk
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Finding
from footfall.layout import Layout
from footfall.ports import FootfallError, GuardChanges
from tests.conftest import temporary_folder
from tests.detect.desks import FINDINGS, MANNERS, MINUTE, found, taken

END = 300 * 30_000
FLOOD = [found("flood", f"203.0.113.{n}", 10_000 + 1_000 * n) for n in range(3)]


def store_of(findings: list[Finding], home: Path, upto: int = END) -> EmbeddedIncidents:
    """A store in which a guard has kept what it made of findings, a step for each."""
    store, desk = EmbeddedIncidents(Layout(home)), Desk(MANNERS)
    for finding in findings:
        store.apply(desk.take([finding], finding.until))
    store.apply(replace(desk.take([], upto), states={"desk": desk.snapshot()}))
    return store


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    store = EmbeddedIncidents(Layout(tmp_path / "home"))
    assert (store.incidents(), store.verdicts(), store.state("desk"), store.timeline("x")) == ([], [], None, [])
    assert not (tmp_path / "home").exists()


@given(FINDINGS)
def test_what_was_kept_is_read_back(findings: list[Finding]) -> None:
    kept, snapshot = taken(findings, END)
    with temporary_folder() as folder:
        store = store_of(findings, folder)
        assert {incident.id: incident for incident in store.incidents()} == kept.incidents
        for key, incident in kept.incidents.items():
            alerts = store.alerts(key)
            assert [alert.id for alert in alerts] == incident.alerts
            assert alerts == [kept.alerts[alert.id][1] for alert in alerts]
            moments = [(key, moment.what, moment.at) for moment in store.timeline(key)]
            assert set(moments) == {moment for moment in kept.events if moment[0] == key}
        assert {verdict.id: verdict for verdict in store.verdicts()} == kept.verdicts
        assert store.state("desk") == snapshot
        store.close()


def test_a_step_kept_twice_is_kept_once(tmp_path: Path) -> None:
    store, changes = EmbeddedIncidents(Layout(tmp_path)), Desk(MANNERS).take(FLOOD, END)
    store.apply(changes)
    before = _everything(store)
    store.apply(changes)
    assert _everything(store) == before
    assert [row[1] for row in before["outbox"]] == ["opened", "closed"]


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
from tests.detect.desks import MANNERS, found
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


def test_what_people_did_stays_while_the_guard_goes_on(tmp_path: Path) -> None:
    store = EmbeddedIncidents(Layout(tmp_path))
    desk = Desk(MANNERS)
    store.apply(desk.take(FLOOD[:1], 10_000))
    (incident,) = store.incidents(going=True)
    store.acknowledge(incident.id[:6], "Ada", 11_000, "on it")
    store.mute(incident.id, "Ada", 11_500, 99_000)
    store.apply(desk.take(FLOOD[1:], 12_000))
    now = store.incident(incident.id)
    assert now.subjects == 3
    assert now.acknowledged == {"who": "Ada", "when": 11_000, "note": "on it"}
    assert now.muted_until == 99_000
    assert [(moment.what, moment.who) for moment in store.timeline(now.id)] == [
        ("opened", ""),
        ("acknowledged", "Ada"),
        ("muted", "Ada"),
    ]


def test_an_incident_resolved_as_mistaken_takes_its_verdicts_back_for_good(tmp_path: Path) -> None:
    store, desk = EmbeddedIncidents(Layout(tmp_path)), Desk(MANNERS)
    store.apply(desk.take([FLOOD[0], found("speed", "s1", 10_000)], 10_000))
    flood = next(incident for incident in store.incidents() if incident.rule == "flood")
    store.resolve(flood.id, "Ada", 20_000, "our own load test", mistaken=True)
    store.apply(desk.take(FLOOD[1:], 12_000))
    assert [verdict.rule for verdict in store.verdicts()] == ["speed"]
    assert [verdict.withdrawn for verdict in store.verdicts(standing=False, incident=flood.id)] == [20_000] * 3
    assert [incident.rule for incident in store.incidents(going=True)] == ["speed"]


def test_an_incident_resolved_as_real_keeps_its_verdicts(tmp_path: Path) -> None:
    store = store_of(FLOOD, tmp_path, 12_000)
    store.resolve(store.incidents()[0].id, "Ada", 20_000)
    assert len(store.verdicts()) == 3


def test_a_warning_taken_back_is_not_listed(tmp_path: Path) -> None:
    store, desk = EmbeddedIncidents(Layout(tmp_path)), Desk(MANNERS)
    store.apply(desk.warn([found("flood", "a", 10_000, early=True)]))
    (warned,) = store.incidents()
    store.apply(desk.take([], 10_000 + 10 * MINUTE))
    assert store.incidents() == []
    assert [incident.id for incident in store.incidents(withdrawn=True)] == [warned.id]
    assert [moment.what for moment in store.timeline(warned.id)] == ["opened", "withdrawn"]


def test_a_mute_needs_an_end_that_lies_ahead(tmp_path: Path) -> None:
    store = store_of(FLOOD, tmp_path)
    with pytest.raises(FootfallError, match="ends in the future"):
        store.mute(store.incidents()[0].id, "Ada", 10_000, 10_000)


@pytest.mark.parametrize(("key", "words"), [("", "More than one"), ("none", "There is no"), ("%", "is no")])
def test_an_incident_is_named_by_the_beginning_of_its_id(tmp_path: Path, key: str, words: str) -> None:
    store = store_of([*FLOOD, found("speed", "s1", 20_000)], tmp_path)
    with pytest.raises(FootfallError, match=words):
        store.incident(key)


def test_lists_are_filtered(tmp_path: Path) -> None:
    store = store_of([found("speed", "s1", 20_000), found("flood", "a", 600_000)], tmp_path, 700_000)
    assert [incident.rule for incident in store.incidents()] == ["flood", "speed"]
    assert [incident.rule for incident in store.incidents(going=True)] == ["flood"]
    assert [incident.rule for incident in store.incidents(rule="speed")] == ["speed"]
    assert [incident.rule for incident in store.incidents(since=600_000)] == ["flood"]


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


def test_changes_without_anything_change_nothing(tmp_path: Path) -> None:
    store = store_of(FLOOD, tmp_path)
    before = _everything(store)
    store.apply(GuardChanges())
    assert _everything(store) == before
