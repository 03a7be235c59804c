"""Laws of access, over every address that the dashboard has."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.embedded.serve import refuse_open
from footfall.layout import Layout
from footfall.ports import FootfallError
from footfall.web.access import COOKIE, LOGIN, LOGOUT
from footfall.web.access_pages import DAYS, local
from footfall.web.access_password import hashed, matches
from footfall.web.access_rate import FOR_NAME, FROM_ADDRESS, WHILE, Attempts
from footfall.web.access_store import Role
from tests.conftest import temporary_folder
from tests.web.doors import HERE, NOON, PASSWORD, WRITES, Door, routes

ELSEWHERE = "https://evil.example"
ANSWERS_ANYBODY = {LOGIN}
REPLAY = "/health/replay"
ACTS = {"/incidents/0000000000000000/" + what for what in ("acknowledge", "mute", "resolve")}


@pytest.fixture
def door() -> Iterator[Door]:
    """A dashboard that nobody has an account on."""
    with temporary_folder() as folder:
        yield Door(folder / "home")


@pytest.fixture
def locked(door: Door) -> Door:
    """A dashboard with an operator and a viewer."""
    door.account("anna", Role.OPERATOR)
    door.account("vera", Role.VIEWER)
    return door


def test_the_writes_are_those_known_here(door: Door) -> None:
    written = {path for path, methods in routes(door.app.routes) if methods - {"GET", "HEAD"}}
    assert written == {LOGIN, LOGOUT, REPLAY, *ACTS}


def test_nothing_is_answered_to_one_who_has_not_logged_in(locked: Door) -> None:
    stranger = locked.browser()
    for path, _ in routes(locked.app.routes):
        answer = stranger.get(path)
        if path in ANSWERS_ANYBODY:
            assert answer.status_code == 200
            assert "My store" not in answer.text
        else:
            assert (answer.status_code, answer.headers.get("location", "")[:10]) == (303, "/login?to="), path
        for method in WRITES:
            refused = stranger.request(method, path, headers={"origin": HERE})
            assert refused.status_code in (401, 403, 405) or path in ANSWERS_ANYBODY, (method, path)


def test_what_login_is_made_of_is_public_and_nothing_beside_it(locked: Door) -> None:
    stranger = locked.browser()
    assert stranger.get("/static/footfall.css").status_code == 200
    for path in ("/static/none", "/static/../access.py", "/static/", "/none"):
        assert stranger.get(path).status_code == 303


@pytest.mark.parametrize("who", ["anna", "vera", None])
@pytest.mark.parametrize("origin", [None, ELSEWHERE, "null", "http://127.0.0.1:9999", "http://127.0.0.1"])
def test_no_write_from_elsewhere(locked: Door, who: str | None, origin: str | None) -> None:
    browser = locked.inside(who) if who else locked.browser()
    headers = {"origin": origin} if origin else {}
    for path, _ in routes(locked.app.routes):
        for method in WRITES:
            assert browser.request(method, path, headers=headers).status_code == 403, (method, path)


def test_no_write_from_elsewhere_at_an_open_dashboard(door: Door) -> None:
    for path, _ in routes(door.app.routes):
        assert door.browser().post(path, headers={"origin": ELSEWHERE}).status_code == 403


def test_a_viewer_looks_and_does_not_act(locked: Door) -> None:
    viewer, operator = locked.inside("vera"), locked.inside("anna")
    assert viewer.get("/live").status_code == 200
    for path, methods in routes(locked.app.routes):
        if "POST" in methods and path != LOGOUT:
            assert viewer.post(path, headers={"origin": HERE}).status_code == 403
    for path in ACTS:
        assert operator.post(path, headers={"origin": HERE}, data={"minutes": "30"}).status_code == 404
    assert viewer.post(LOGOUT, headers={"origin": HERE}).status_code == 303


def test_an_open_dashboard_is_for_this_machine_alone(door: Door) -> None:
    assert door.browser().get("/live").status_code == 200
    assert door.browser("203.0.113.9").get("/live").status_code == 403
    for header, value in (("host", "shop.example"), ("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=x")):
        answer = door.browser().get("/live", headers={header: value})
        assert answer.status_code == 403
        assert "footfall users add" in answer.text
    for name in ("localhost:8081", "127.0.0.1", "[::1]:8081"):
        assert door.browser().get("/live", headers={"host": name}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4"])
def test_others_are_not_served_without_a_password(door: Door, host: str) -> None:
    layout = Layout(door.home)
    with pytest.raises(FootfallError, match="footfall users add NAME"):
        refuse_open(layout, host)
    refuse_open(layout, "127.0.0.1")
    refuse_open(layout, "::1")
    door.account("anna", Role.OPERATOR)
    refuse_open(layout, host)


def test_a_session_is_a_strict_cookie_that_scripts_do_not_see(locked: Door) -> None:
    browser = locked.browser()
    form = {"name": "anna", "password": PASSWORD, "to": "/live"}
    came = browser.post(LOGIN, data=form, headers={"origin": HERE})
    assert came.headers["location"] == "/live"
    cookie = came.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie
    assert browser.get("/live").status_code == 200
    token = browser.cookies[COOKIE]
    assert token.encode() not in b"".join(path.read_bytes() for path in locked.home.glob("access.sqlite*"))


def test_behind_tls_the_cookie_is_secure() -> None:
    with temporary_folder() as folder:
        door = Door(folder / "home", page="https://footfall.example")
        door.account("anna", Role.OPERATOR)
        form, headers = {"name": "anna", "password": PASSWORD}, {"origin": "https://footfall.example"}
        assert "secure" in door.browser().post(LOGIN, data=form, headers=headers).headers["set-cookie"].lower()


@pytest.mark.parametrize("end", ["logout", "time", "removed", "new password"])
def test_a_session_ends(locked: Door, end: str) -> None:
    browser = locked.inside("anna")
    kept = dict(browser.cookies)
    assert browser.get("/live").status_code == 200
    if end == "logout":
        browser.post(LOGOUT, headers={"origin": HERE})
    elif end == "time":
        locked.clock.now += DAYS * 86_400_000 + 1
    elif end == "removed":
        assert locked.access.remove("anna")
    else:
        locked.account("anna", Role.OPERATOR)
    browser.cookies.update(kept)
    assert browser.get("/live").status_code == 303


@pytest.mark.parametrize("name", ["anna", "nobody", ""])
def test_a_wrong_password_opens_nothing(locked: Door, name: str) -> None:
    browser = locked.browser()
    answer = browser.post(LOGIN, data={"name": name, "password": "wrong"}, headers={"origin": HERE})
    assert answer.status_code == 403
    assert COOKIE not in browser.cookies


def test_who_guesses_waits_even_with_the_right_password(locked: Door) -> None:
    browser, headers = locked.browser(), {"origin": HERE}
    wrong, right = ({"name": "anna", "password": password} for password in ("wrong", PASSWORD))
    for _ in range(FROM_ADDRESS):
        assert browser.post(LOGIN, data=wrong, headers=headers).status_code == 403
    waiting = browser.post(LOGIN, data=right, headers=headers)
    assert waiting.status_code == 429
    assert 0 < int(waiting.headers["retry-after"]) <= WHILE // 1000 + 1
    assert locked.browser("198.51.100.7").post(LOGIN, data=right, headers=headers).status_code == 303
    locked.clock.now += WHILE
    assert browser.post(LOGIN, data=right, headers=headers).status_code == 303


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, WHILE // 4)), max_size=120))
def test_no_address_and_no_name_is_tried_more_often(tries: list[tuple[str, str, int]]) -> None:
    attempts, now = Attempts(), NOON
    heard: list[tuple[str, str, int]] = []
    for address, name, later in tries:
        now += later
        if not attempts.wait(address, name, now):
            attempts.failed(address, name, now)
            heard.append((address, name, now))
        recent = [one for one in heard if one[2] > now - WHILE]
        assert sum(one[0] == address for one in recent) <= FROM_ADDRESS
        assert sum(one[1] == name for one in recent) <= FOR_NAME


def test_guessing_from_many_addresses_waits_as_well() -> None:
    attempts = Attempts()
    for number in range(FOR_NAME):
        attempts.failed(f"198.51.100.{number}", "anna", NOON)
    assert attempts.wait("203.0.113.1", "anna", NOON)
    assert not attempts.wait("203.0.113.1", "vera", NOON)


@given(st.text() | st.text("/\\:@.?#ehtpx \t\n", max_size=12).map(lambda text: f"/{text}"))
def test_login_leads_nowhere_else(asked: str) -> None:
    back = local(asked)
    assert back.startswith("/")
    assert "\n" not in back
    assert urlsplit(urljoin(HERE, back)).netloc == urlsplit(HERE).netloc


def test_a_link_in_a_mail_leads_to_the_page_and_not_to_login(locked: Door) -> None:
    answer = locked.browser().get("/live", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert "refresh" in answer.text
    assert "My store" not in answer.text


def test_passwords_are_kept_as_argon2id() -> None:
    secret = hashed(PASSWORD)
    assert secret.startswith("$argon2id$")
    assert secret != hashed(PASSWORD)
    assert matches(secret, PASSWORD)
    assert not matches(secret, PASSWORD + " ")
    assert not matches(None, "nobody's")
    assert not matches("not a hash", PASSWORD)


def test_only_the_owner_reads_the_accounts(locked: Door) -> None:
    path: Path = Layout(locked.home).access
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
