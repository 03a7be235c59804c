"""What a home's dashboard can do beyond showing: dead letters read again by who may, rules of one's own told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from footfall.rules import PACKAGE
from footfall.web.access_store import Role
from tests.conftest import Home, event, jsonl, temporary_home
from tests.web.conftest import read
from tests.web.doors import HERE, NOON, Door

OWN = (PACKAGE / "session_speed.sql").read_text("utf-8").replace("id: session_speed", "id: my_speed")


@pytest.fixture
def home() -> Iterator[Home]:
    """A home with a day counted and a row that was read in the wrong format."""
    with temporary_home() as home:
        good = jsonl([event("2026-03-01", user_id="u2")])
        home.take(jsonl([event("2026-03-01")]), name="first.jsonl")
        home.build()
        folder = home.path / "dead_letters"
        folder.mkdir()
        letter = b'{"source": "second.jsonl", "line": 1, "reason": "of its time", "row": %s}\n'
        quoted = b'"' + good.strip().replace(b'"', b'\\"') + b'"'
        (folder / "second.jsonl").write_bytes(letter % quoted)
        yield home


@pytest.fixture
def door(home: Home) -> Door:
    """Its dashboard, with an operator and a viewer."""
    door = Door(home.path)
    door.account("anna", Role.OPERATOR)
    door.account("vera", Role.VIEWER)
    return door


def test_an_operator_has_the_dead_letters_read_again_and_the_trail_tells(door: Door, home: Home) -> None:
    browser = door.inside("anna")
    assert 'action="/health/replay"' in browser.get("/health").text
    answer = browser.post("/health/replay", headers={"origin": HERE})
    assert (answer.status_code, answer.headers["location"]) == (303, "/health#letters")
    assert {row["user_id"] for row in home.rows()} == {"u", "u2"} or len(home.rows()) == 2
    assert home.letters() == []
    deed = door.plane.live.trail(1)[0]
    assert (deed.at, deed.who, deed.what) == (NOON, "anna", "read again")
    assert deed.note == "1 stored, 0 duplicate, 0 stay"
    page = browser.get("/health").text
    assert "dead letters, read again" in page
    assert "No row was ever refused" in page


def test_a_viewer_neither_sees_the_button_nor_can_press_it(door: Door, home: Home) -> None:
    browser = door.inside("vera")
    assert 'action="/health/replay"' not in browser.get("/health").text
    assert browser.post("/health/replay", headers={"origin": HERE}).status_code == 403
    assert browser.get("/health/replay").status_code in (404, 405)
    assert len(home.letters()) == 1


def test_ones_own_rules_are_told_with_their_sql(door: Door, home: Home) -> None:
    browser = door.inside("vera")
    assert 'id="own-rules"' not in browser.get("/definitions").text
    (home.path / "rules").mkdir()
    (home.path / "rules" / "my_speed.sql").write_text(OWN.replace("title: ", "title: <b>mine</b> ", 1), "utf-8")
    page = browser.get("/definitions?of=my_speed").text
    assert "&lt;b&gt;mine&lt;/b&gt;" in page
    assert any("id: my_speed" in text for _, text in read(page).texts)
    assert 'id="session_speed"' in page


def test_a_rule_of_ones_own_takes_the_place_of_its_namesake(door: Door, home: Home) -> None:
    (home.path / "rules").mkdir()
    (home.path / "rules" / "session_speed.sql").write_text((PACKAGE / "session_speed.sql").read_text("utf-8"), "utf-8")
    page = door.inside("vera").get("/definitions").text
    assert page.count('id="session_speed"') == 1
    assert "in place of the guard’s session_speed" in page


def test_a_rule_that_cannot_be_used_is_said_and_hides_nothing(door: Door, home: Home) -> None:
    (home.path / "rules").mkdir()
    (home.path / "rules" / "bad.sql").write_text("SELECT 1", "utf-8")
    page = door.inside("vera").get("/definitions").text
    assert "bad.sql, line" in page
    assert 'id="session_speed"' in page
