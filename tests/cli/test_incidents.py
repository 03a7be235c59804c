"""The guard's hands: incidents listed, shown, looked after, muted, resolved; exports of what the guard knows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from footfall.detect.desk import Desk
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Subject
from footfall.layout import Layout
from tests.cli.conftest import Ran, Shell
from tests.conftest import event, jsonl
from tests.detect.desks import MANNERS, found

NOON = 1_570_017_600_000
"""2019-10-02, 12:00 UTC."""
HOSTILE = "[red]<b>x[/] --json"


@pytest.fixture
def guarded(shell: Shell) -> Shell:
    """A shell whose home has seen a flood that goes on, and a session that was too quick and ended."""
    store, desk = EmbeddedIncidents(Layout(shell.home)), Desk(MANNERS)
    quick = found("speed", HOSTILE, NOON, subject=Subject("session", HOSTILE), counts={"views": 35})
    flood = [found("flood", f"203.0.113.{n}", NOON + 600_000, counts={"events": 400 + n}) for n in range(8, 24)]
    store.apply(desk.take([quick, *flood], NOON + 600_001))
    store.close()
    return shell


def document(ran: Ran) -> Any:
    """What a command printed: one JSON document."""
    assert (ran.code, ran.err) == (0, ""), ran
    return json.loads(ran.out)


def key_of(shell: Shell, rule: str) -> str:
    """The incident of a rule."""
    (incident,) = document(shell("incidents", "list", "--rule", rule, "--json"))["incidents"]
    return str(incident["id"])


def test_the_list_names_the_latest_first(guarded: Shell) -> None:
    listed = document(guarded("incidents", "list", "--json"))["incidents"]
    assert [(one["rule"], one["state"], one["subjects"]) for one in listed] == [
        ("flood", "going on", 16),
        ("speed", "over", 1),
    ]
    shown = guarded("incidents", "list", "--going")
    assert "16 addresses, 203.0.113.23 the worst: it sent 423 events in 10 s" in shown.out
    assert listed[0]["id"][:8] in shown.out
    assert listed[1]["id"][:8] not in shown.out
    assert f"footfall incidents show {listed[0]['id'][:8]}" in shown.err


def test_a_list_since_a_day_begins_at_midnight_utc(guarded: Shell) -> None:
    assert len(document(guarded("incidents", "list", "--since", "2019-10-02", "--json"))["incidents"]) == 2
    assert document(guarded("incidents", "list", "--since", "2019-10-03", "--json"))["incidents"] == []


def test_where_nothing_was_found_nothing_is_listed_and_nothing_made(shell: Shell) -> None:
    assert guarded_text(shell("incidents", "list")) == "No incident.\n"
    assert document(shell("incidents", "list", "--json")) == {"incidents": []}
    assert not shell.home.exists()


def guarded_text(ran: Ran) -> str:
    """What a command printed for people."""
    assert ran.code == 0, ran
    return ran.out


def test_an_incident_is_shown_whole_and_its_text_is_text(guarded: Shell) -> None:
    key = key_of(guarded, "speed")
    shown = guarded_text(guarded("incidents", "show", key[:6]))
    assert f"Visit {HOSTILE} made 35 views in 10 s" in shown
    assert "1 judged: 1 left out of the figures" in shown
    assert "2019-10-02 12:00:00  opened" in shown
    whole = document(guarded("incidents", "show", key, "--json"))
    assert [alert["subject"]["name"] for alert in whole["alerts"]] == [HOSTILE]
    assert [moment["what"] for moment in whole["timeline"]] == ["opened", "closed"]
    assert [verdict["subject"]["kind"] for verdict in whole["verdicts"]] == ["session"]


def test_people_look_after_mute_and_resolve(guarded: Shell) -> None:
    key = key_of(guarded, "flood")
    assert "looked after by Ada" in guarded_text(guarded("incidents", "ack", key, "--by", "Ada", "--note", "[on] it"))
    assert "flood of ip is muted until" in guarded_text(guarded("incidents", "mute", key, "--for", "2h", "--by", "Bob"))
    resolved = document(guarded("incidents", "resolve", key, "--by", "Ada", "--json"))
    assert (resolved["state"], resolved["resolved"]["mistaken"]) == ("resolved", False)
    assert "acknowledged by Ada [on] it" in guarded_text(guarded("incidents", "show", key))
    assert document(guarded("incidents", "list", "--going", "--json"))["incidents"] == []


def test_a_mute_lasts_as_long_as_was_said(guarded: Shell) -> None:
    muted = document(guarded("incidents", "mute", key_of(guarded, "flood"), "--for", "90m", "--json"))
    (moment,) = (
        moment
        for moment in document(guarded("incidents", "show", muted["id"], "--json"))["timeline"]
        if moment["what"] == "muted"
    )
    assert muted["muted_until"] - moment["at"] == 90 * 60_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "nothing"], "There is no incident 'nothing'; `footfall incidents list` shows them all."),
        (["ack", ""], "More than one incident begins with ''"),
        (["mute", "KEY", "--for", "ever"], "--for takes a length of time such as 30m, 2h or 1d, not 'ever'."),
        (["mute", "KEY", "--for", "0h"], "not '0h'."),
        (["mute", "KEY", "--for", "99999d"], "not '99999d'."),
        (["mute", "KEY", "--for", "²h"], "not '²h'."),
    ],
)
def test_a_mistake_is_one_sentence(guarded: Shell, arguments: list[str], words: str) -> None:
    key = key_of(guarded, "flood")
    assert words in guarded("incidents", *(key if part == "KEY" else part for part in arguments)).sentence


def test_a_mute_without_an_end_is_wrong_usage(guarded: Shell) -> None:
    assert guarded("incidents", "mute", key_of(guarded, "flood")).code == 2


def test_a_mistaken_incident_gives_the_figures_back(guarded: Shell) -> None:
    rows = [
        event("2019-10-02T11:59:55Z", user_session=HOSTILE, user_id="quick"),
        event("2019-10-02T12:30:00Z", user_session="s", user_id="u"),
    ]
    visits = []
    for step in ("before", "after"):
        if step == "after":
            assert "footfall build" in guarded("incidents", "resolve", key_of(guarded, "speed"), "--mistaken").out
        assert guarded("ingest", guarded.file("e.jsonl", jsonl(rows))).code == 0
        assert guarded("build").code == 0
        visits += [row["sessions"] for row in document(guarded("export", "visitors", "--json"))]
    assert visits == [1, 2]
    changed = document(guarded("export", "changes", "--json"))
    assert [(row["figure"], row["net_before"], row["net_after"], row["rules"]) for row in changed] == [
        ("visitors", 1, 2, "speed"),
        ("sessions", 1, 2, "speed"),
    ]


def test_exports_of_the_guard_need_no_lake(guarded: Shell, tmp_path: Path) -> None:
    incidents = list(csv.DictReader(io.StringIO(guarded_text(guarded("export", "incidents")))))
    assert [(row["rule"], row["opened_at"][:19]) for row in incidents] == [
        ("flood", "2019-10-02 12:10:00"),
        ("speed", "2019-10-02 12:00:00"),
    ]
    assert guarded("export", "verdicts", "-o", tmp_path / "v.parquet").code == 0
    verdicts = pq.read_table(tmp_path / "v.parquet").to_pylist()
    assert {row["subject"] for row in verdicts} == {HOSTILE, *(f"203.0.113.{n}" for n in range(8, 24))}
    assert all(row["excluded"] for row in verdicts)
    assert guarded("export", "changes").out.startswith('"day","figure"')


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        (".cidr", "203.0.113.8/29\n203.0.113.16/29\n"),
        (".conf", "deny 203.0.113.8/29;\ndeny 203.0.113.16/29;\n"),
        (".txt", "".join(f"203.0.113.{n}\n" for n in range(8, 24))),
    ],
)
def test_the_blocklist_is_written_as_firewalls_read_it(guarded: Shell, tmp_path: Path, ending: str, text: str) -> None:
    path = tmp_path / f"block{ending}"
    assert "16 addresses" in guarded("export", "blocklist", "-o", path).err
    assert path.read_text() == text
    assert sorted(tmp_path.iterdir()) == [path]


def test_the_blocklist_for_a_web_application_firewall(guarded: Shell, tmp_path: Path) -> None:
    path = tmp_path / "block.json"
    assert guarded("export", "blocklist", "-o", path).code == 0
    assert json.loads(path.read_text())["Addresses"] == ["203.0.113.8/29", "203.0.113.16/29"]


def test_a_blocklist_into_no_folder_is_a_sentence(guarded: Shell) -> None:
    assert "no folder" in guarded("export", "blocklist", "-o", "nowhere/block.txt").sentence
