"""The live page without its script: what goes on, what is over, what may be taken away, how many are open."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from footfall.detect.blocklist import FORMS, READERS
from footfall.incident import Severity, Subject, Verdict
from footfall.ports import GuardChanges
from footfall.web.access_store import Role
from footfall.web.pages.live import MOST, PAGE
from tests.conftest import temporary_folder
from tests.web.conftest import read
from tests.web.doors import NOON, Door
from tests.web.test_audit import KEY, incident

BLOCKED = "198.18.0.7"


def verdict(address: str = BLOCKED) -> Verdict:
    """An address to shut out."""
    subject = Subject("ip", address)
    return Verdict(
        f"v{address}", subject, NOON - 60_000, NOON, KEY, "source_flood", 1, "SIVT", "OAT-015", 95, {"counts": {}}
    )


@pytest.fixture
def door() -> Iterator[Door]:
    """A dashboard with an attack, a crowd and one that is over."""
    with temporary_folder() as folder:
        door = Door(folder / "home")
        crowd = incident("cc" * 8, rule="surge", severity=Severity.INFO, subject_kind="site")
        over = incident("dd" * 8, closed=NOON, headline="192.0.2.1 sent 90 events in 10 s")
        changes = GuardChanges(incidents=(incident(), crowd, over), verdicts=(verdict(),))
        door.plane.live.store.apply(changes)
        yield door


def test_the_navigation_counts_attacks_that_go_on_and_no_crowd(door: Door) -> None:
    page = door.browser().get("/live").text
    assert 'aria-label="1 open">1</b>' in page
    door.plane.live.store.resolve(KEY, "anna", NOON)
    assert 'class="badge"' not in door.browser().get("/live").text


def test_what_goes_on_has_a_card_and_what_is_over_a_row(door: Door) -> None:
    page = read(door.browser().get("/live").text)
    ids = {attrs["id"] for tag, attrs in page.tags if tag == "article"}
    assert ids == {f"incident-{KEY}", f"incident-{'cc' * 8}"}
    links = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    assert f"/incidents/{'dd' * 8}" in links


def test_nothing_is_hidden_however_many_there_are(door: Door) -> None:
    many = tuple(incident(f"{number:016x}", opened=NOON + number) for number in range(MOST + PAGE + 9))
    door.plane.live.store.apply(GuardChanges(incidents=many))
    found: set[str] = set()
    for first in (0, PAGE):
        page = read(door.browser().get(f"/live?from={first}").text)
        found |= {str(attrs["href"]) for tag, attrs in page.tags if tag == "a"}
    assert {f"/incidents/{one.id}" for one in many} <= found


def test_a_page_asked_for_in_vain_is_there(door: Door) -> None:
    for asked in ("-1", "x", "999999999999", "²", "50"):
        assert door.browser().get("/live", params={"from": asked}).status_code == 200
    assert door.browser().get("/incidents/none").status_code == 404
    assert door.browser().get(f"/incidents/{KEY[:6]}").status_code == 404


@pytest.mark.parametrize("ending", FORMS)
def test_the_blocklist_is_there_in_every_form(door: Door, ending: str) -> None:
    answer = door.browser().get(f"/blocklist{ending}")
    assert answer.status_code == 200
    assert BLOCKED in answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="blocklist{ending}"'
    assert f"/blocklist{ending}" in door.browser().get("/live").text


def test_every_form_that_can_be_written_is_offered() -> None:
    assert set(READERS) == set(FORMS)


def test_the_blocklist_is_there_with_its_reasons(door: Door) -> None:
    answer = door.browser().get("/blocklist.parquet")
    assert pq.read_table(io.BytesIO(answer.content))["address"].to_pylist() == [BLOCKED]
    assert BLOCKED in door.browser().get("/blocklist.csv").text
    assert json.loads(door.browser().get("/blocklist.json").text)["Addresses"] == [f"{BLOCKED}/32"]


def test_the_blocklist_follows_what_people_say(door: Door) -> None:
    browser = door.browser()
    assert BLOCKED in browser.get("/blocklist.txt").text
    door.plane.live.store.resolve(KEY, "anna", NOON, "an office", mistaken=True)
    assert BLOCKED not in browser.get("/blocklist.txt").text


def test_an_incident_has_a_page_with_why_and_what_to_do(door: Door) -> None:
    door.plane.live.store.acknowledge(KEY, "anna", NOON, "asked the provider")
    page = door.browser().get(f"/incidents/{KEY}").text
    for said in ("Why, and what to do", "May be wrong", "asked the provider", BLOCKED, "acknowledged"):
        assert said in page


def test_a_viewer_has_no_forms_and_an_operator_is_not_asked_for_a_name(door: Door) -> None:
    door.account("anna", Role.OPERATOR)
    door.account("vera", Role.VIEWER)
    assert "/acknowledge" not in door.inside("vera").get("/live").text
    page = door.inside("anna").get("/live").text
    assert f"/incidents/{KEY}/acknowledge" in page
    assert 'name="who"' not in page
    assert "Log out" in page


def test_before_anything_happened_the_page_says_what_to_run() -> None:
    with temporary_folder() as folder:
        page = Door(folder / "home").browser().get("/live").text
        assert "footfall serve" in page
        assert "footfall attack" in page


def test_cards_are_made_anew_when_their_incident_changed(door: Door) -> None:
    store = door.plane.live.store
    store.apply(GuardChanges(incidents=(replace(incident(), headline="198.18.0.9 sent 9,999 events in 10 s"),)))
    assert "9,999 events" in door.browser().get("/live").text
