"""The trail: what people did is kept, by whom and when, and nothing is taken away without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from footfall.incident import Incident, Severity
from footfall.ports import Deed, FootfallError, GuardChanges
from footfall.web.access_store import Role
from tests.conftest import temporary_folder
from tests.web.doors import HERE, NOON, Door

KEY = "ab" * 8
EXPORTS = ("/blocklist.txt", "/blocklist.cidr", "/blocklist.conf", "/blocklist.json", "/blocklist.csv")


def incident(key: str = KEY, **changed: object) -> Incident:
    """An attack that goes on."""
    fields: dict[str, object] = {
        "id": key,
        "rule": "source_flood",
        "version": 1,
        "subject_kind": "ip",
        "opened": NOON - 60_000,
        "updated": NOON,
        "closed": None,
        "severity": Severity.CRITICAL,
        "score": 100,
        "alerts": [],
        "subjects": 1,
        "headline": "203.0.113.9 sent 412 events in 10 s",
        "evidence": {"title": "One address floods the store", "counts": {"events": 412}, "window": 10_000},
    }
    return Incident(**{**fields, **changed})  # type: ignore[arg-type]


@pytest.fixture
def door() -> Iterator[Door]:
    """A dashboard with an operator, a viewer and an attack."""
    with temporary_folder() as folder:
        door = Door(folder / "home")
        door.account("anna", Role.OPERATOR)
        door.account("vera", Role.VIEWER)
        door.plane.live.store.apply(GuardChanges(incidents=(incident(),)))
        yield door


@pytest.mark.parametrize("path", EXPORTS)
def test_every_export_is_on_the_trail(door: Door, path: str) -> None:
    assert door.inside("vera").get(path).status_code == 200
    assert Deed(NOON, "vera", "exported", path) in door.plane.live.trail(10)


def test_what_failed_took_nothing_away(door: Door) -> None:
    assert door.inside("vera").get("/blocklist.none").status_code == 404
    assert [deed.what for deed in door.plane.live.trail(10)] == ["logged in"]


def test_nothing_is_taken_away_that_the_trail_cannot_keep(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = door.inside("vera")

    def full(_deed: Deed) -> None:
        raise FootfallError("The disk is full.")

    monkeypatch.setattr(door.plane.live, "record", full)
    with pytest.raises(FootfallError, match="full"):
        browser.get("/blocklist.txt")


@pytest.mark.parametrize(
    ("what", "form"),
    [("acknowledged", {}), ("muted", {"minutes": "120"}), ("resolved", {"mistaken": "1"})],
)
def test_every_act_is_on_the_trail_under_the_name_that_logged_in(door: Door, what: str, form: dict[str, str]) -> None:
    act = {"acknowledged": "acknowledge", "muted": "mute", "resolved": "resolve"}[what]
    data = {**form, "who": "somebody else", "note": "seen <b>it</b>"}
    answer = door.inside("anna").post(f"/incidents/{KEY}/{act}", data=data, headers={"origin": HERE})
    assert answer.status_code == 303
    assert Deed(NOON, "anna", what, KEY, "seen <b>it</b>") in door.plane.live.trail(10)
    again = Door(door.home)
    assert Deed(NOON, "anna", what, KEY, "seen <b>it</b>") in again.plane.live.trail(10)


def test_acts_do_what_they_say(door: Door) -> None:
    browser, headers = door.inside("anna"), {"origin": HERE}
    browser.post(f"/incidents/{KEY}/acknowledge", data={"note": "mine"}, headers=headers)
    browser.post(f"/incidents/{KEY}/mute", data={"minutes": "30"}, headers=headers)
    found = door.plane.live.store.incident(KEY)
    assert found.acknowledged == {"who": "anna", "when": NOON, "note": "mine"}
    assert found.muted_until == NOON + 30 * 60_000
    browser.post(f"/incidents/{KEY}/resolve", headers=headers)
    assert door.plane.live.store.incident(KEY).resolved["mistaken"] is False


@pytest.mark.parametrize("minutes", ["", "0", "-1", "31", "99999999", "soon", "²"])
def test_a_mute_has_an_end(door: Door, minutes: str) -> None:
    form = {"minutes": minutes}
    answer = door.inside("anna").post(f"/incidents/{KEY}/mute", data=form, headers={"origin": HERE})
    assert answer.status_code == 400
    assert door.plane.live.store.incident(KEY).muted_until is None


def test_the_beginning_of_an_id_is_none(door: Door) -> None:
    for key in (KEY[:8], "", "%", "_" * 16):
        answer = door.inside("anna").post(f"/incidents/{key}/acknowledge", headers={"origin": HERE})
        assert answer.status_code in (404, 405)
    assert not door.plane.live.store.incident(KEY).acknowledged


def test_without_accounts_one_says_who_one_is() -> None:
    with temporary_folder() as folder:
        door = Door(folder / "home")
        door.plane.live.store.apply(GuardChanges(incidents=(incident(),)))
        browser, headers = door.browser(), {"origin": HERE}
        assert browser.post(f"/incidents/{KEY}/acknowledge", headers=headers).status_code == 400
        form = {"who": "Ann"}
        assert browser.post(f"/incidents/{KEY}/acknowledge", data=form, headers=headers).status_code == 303
        assert browser.get("/blocklist.txt").status_code == 200
        whats = {(deed.who, deed.what) for deed in door.plane.live.trail(10)}
        assert whats == {("Ann", "acknowledged"), ("this machine", "exported")}
