"""Notes reach every channel: a real mail server and a real web hook, down at first; storms come in one message."""

from __future__ import annotations

from email import message_from_string
from pathlib import Path

import pytest

from footfall.channels import LOG, tell
from footfall.config import Alerts
from footfall.detect.desk import Desk
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.embedded.notify import FIRST_WAIT, HOUR, Postman, wait_after
from footfall.layout import Layout
from tests.conftest import temporary_folder
from tests.detect.desks import MANNERS, found
from tests.embedded.channels import free_port, mail_server, web_hook

NOW = 1_700_000_000_000


def flooded(home: Path) -> EmbeddedIncidents:
    """A store with one incident that people are to be told of."""
    store = EmbeddedIncidents(Layout(home))
    store.apply(Desk(MANNERS).take([found("flood", "203.0.113.9", 10_000, counts={"events": 412})], 10_000))
    return store


def with_notes(home: Path, count: int, severity: str = "high") -> EmbeddedIncidents:
    """A store with notes about incidents of their own."""
    store = EmbeddedIncidents(Layout(home))
    _more(store, range(count), severity)
    return store


def _more(store: EmbeddedIncidents, numbers: range, severity: str = "high") -> None:
    with store.writing() as connection:
        for n in numbers:
            connection.execute(
                "INSERT INTO outbox(incident, what, at, severity, title, body) VALUES (?, 'opened', ?, ?, ?, 'body')",
                (f"i{n}", n, severity, f"title {n}"),
            )


class Heard(list[tuple[str, str, str]]):
    """A channel that keeps what it hears, and is down for the first tries."""

    def __init__(self, down_for: int = 0) -> None:
        super().__init__()
        self.down_for = down_for

    def __call__(self, target: str, title: str, text: str) -> str:
        """Takes a message."""
        self.down_for -= 1
        if self.down_for >= 0:
            return "down"
        self.append((target, title, text))
        return ""


def test_mail_and_web_hook_arrive_once_although_both_were_down(tmp_path: Path) -> None:
    with mail_server() as mail, web_hook() as hook:
        mail.down_for, hook.down_for = 2, 1
        address = f"mailto://127.0.0.1:{mail.port}/?from=guard@shop.example&to=ops@shop.example&mode=insecure"
        settings = Alerts(channels=f"{address} json://127.0.0.1:{hook.port}/hook", page="https://guard.example/")
        store, now, waiting = flooded(tmp_path), NOW, []
        for tries in range(1, 6):
            waiting.append(Postman(store, settings).deliver(now))
            assert Postman(store, settings).deliver(now) == waiting[-1]
            now += wait_after(tries)
        assert waiting == [1, 1, 0, 0, 0]
        (letter,) = map(message_from_string, mail.came)
        assert letter["Subject"] == "[critical] 203.0.113.9 sent 412 events in 10 s"
        assert "ops@shop.example" in letter["To"]
        (posted,) = hook.came
        key = store.incidents()[0].id
        assert posted["title"] == letter["Subject"]
        assert posted["message"].endswith(f"footfall incidents show {key}\nhttps://guard.example/incidents/{key}")
        assert [tuple(row) for row in store.read("SELECT state, tries, error FROM outbox")] == [("sent", 3, "")]


def test_a_channel_where_nobody_listens_is_tried_again_and_no_password_is_written_down(tmp_path: Path) -> None:
    store = flooded(tmp_path)
    settings = Alerts(channels=f"json://user:secret@127.0.0.1:{free_port()}/hook nonsense:secret")
    assert Postman(store, settings).deliver(NOW) == 1
    (row,) = store.read("SELECT * FROM outbox")
    assert row["error"] == "json: not delivered; nonsense: this address cannot be used"
    assert row["due"] == NOW + FIRST_WAIT
    store.close()
    assert all(b"secret" not in path.read_bytes() for path in tmp_path.rglob("guard.sqlite*"))


def test_by_default_messages_go_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = flooded(tmp_path)
    assert Postman(store, Alerts()).deliver(NOW) == 0
    assert capsys.readouterr().err.startswith("[critical] 203.0.113.9 sent 412 events in 10 s\n  One address floods")
    assert Postman(store, Alerts()).deliver(NOW) == 0
    assert capsys.readouterr().err == ""


def test_the_wait_doubles_up_to_an_hour(tmp_path: Path) -> None:
    store, heard, now = flooded(tmp_path), Heard(12), NOW
    times = []
    while Postman(store, Alerts(), heard).deliver(now):
        now = store.read("SELECT due FROM outbox")[0]["due"]
        times.append((now - NOW) // 1_000)
    assert times[:4] == [10, 30, 70, 150]
    assert times[-1] - times[-2] == 3_600
    assert len(heard) == 1


def test_a_note_is_kept_once_however_often_a_step_is_applied(tmp_path: Path) -> None:
    store, heard = flooded(tmp_path), Heard()
    Postman(store, Alerts(), heard).deliver(NOW)
    flooded(tmp_path)
    assert Postman(store, Alerts(), heard).deliver(NOW) == 0
    assert len(heard) == 1


def test_a_storm_comes_in_one_message_and_nothing_is_lost() -> None:
    with temporary_folder() as home:
        store, heard = with_notes(home, 50), Heard()
        postman = Postman(store, Alerts(an_hour=5), heard)
        assert postman.deliver(NOW) == 0
        assert [title for _, title, _ in heard] == [
            *(f"title {n}" for n in range(4)),
            "[high] 46 messages in one: title 4",
        ]
        assert heard[-1][2].splitlines() == [f"title {n}" for n in range(4, 50)]
        _more(store, range(50, 60))
        assert postman.deliver(NOW + HOUR - 1) == 10
        assert len(heard) == 5
        assert postman.deliver(NOW + HOUR) == 0
        assert len(heard) == 10


def test_what_is_critical_goes_first_when_there_is_little_room() -> None:
    with temporary_folder() as home:
        store, heard = with_notes(home, 10), Heard()
        _more(store, range(10, 12), "critical")
        Postman(store, Alerts(an_hour=3), heard).deliver(NOW)
        assert [title for _, title, _ in heard][:2] == ["title 10", "title 11"]


def test_a_muted_incident_hushes_its_rule_and_kind_until_the_end() -> None:
    with temporary_folder() as home:
        store, desk, heard = EmbeddedIncidents(Layout(home)), Desk(MANNERS), Heard()
        store.apply(desk.take([found("metronome", "a", 10_000), found("speed", "s", 10_000)], 10_000))
        store.mute(store.incidents(rule="metronome")[0].id, "Ada", NOW, NOW + HOUR)
        store.apply(desk.take([found("card", "b", 700_000)], 700_000))
        store.mute(store.incidents(rule="card")[0].id, "Ada", NOW, NOW + HOUR)
        assert Postman(store, Alerts(), heard).deliver(NOW + 1) == 0
        assert [title.split()[0] for _, title, _ in heard] == ["[high]", "[high]"]
        assert {row["state"] for row in store.read("SELECT state FROM outbox WHERE title LIKE '%critical%'")} == {
            "muted"
        }
        store.apply(desk.take([found("card", "b", 9_000_000)], 9_000_000))
        assert Postman(store, Alerts(), heard).deliver(NOW + HOUR) == 0
        assert heard[-1][1].startswith("[critical] b")


def test_nothing_more_is_told_of_an_incident_somebody_resolved() -> None:
    with temporary_folder() as home:
        store, heard = flooded(home), Heard()
        store.resolve(store.incidents()[0].id, "Ada", NOW)
        assert Postman(store, Alerts(), heard).deliver(NOW) == 0
        assert heard == []


def test_a_title_is_text_wherever_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(LOG, "[critical] <b>[red]x", "one\ntwo") == ""
    assert capsys.readouterr().err == "[critical] <b>[red]x\n  one\n  two\n"
