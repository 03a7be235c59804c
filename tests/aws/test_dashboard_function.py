"""The dashboard's function as its address calls it: pages over Athena, accounts, what a browser watches."""

from __future__ import annotations

import asyncio
import base64
import gzip
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from footfall.ports import GuardChanges
from footfall.web.access_store import Account, Role
from footfall.web.live_hub import LOOK
from tests.aws.tables import new_table
from tests.aws.test_screen import BUCKET, DATABASE, GROUP, bring
from tests.conftest import temporary_home
from tests.web.conftest import fill
from tests.web.doors import PASSWORD, SECRET
from tests.web.test_audit import incident

pytestmark = pytest.mark.slow
HOST = "abc.lambda-url.eu-central-1.on.aws"
PAGES = ("/", "/carts", "/discounts", "/brands", "/live", "/health", "/definitions")


@pytest.fixture(scope="module", autouse=True)
def _loop() -> Iterator[None]:
    """The loop that a function's process keeps from call to call; what was begun in it comes to its end."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.run_until_complete(asyncio.sleep(3 * LOOK))
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(scope="module")
def table(emulator: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A shop, and a function that is told where it lies."""
    from footfall.aws.access import Accesses
    from footfall.aws.functions import dashboard

    assert emulator
    name = new_table()
    told = {"INCIDENTS_TABLE": name, "LAKE_BUCKET": BUCKET, "CATALOG_DATABASE": DATABASE, "ATHENA_WORKGROUP": GROUP}
    with temporary_home(timezone="Europe/Berlin", currency="EUR") as home, pytest.MonkeyPatch.context() as patch:
        fill(home)
        bring(home, tmp_path_factory.mktemp("clean"))
        for variable, value in {**told, "FOOTFALL_STORE__TIMEZONE": "Europe/Berlin"}.items():
            patch.setenv(variable, value)
        dashboard._adapter.cache_clear()
        Accesses(name).keep(Account("anna", Role.OPERATOR, SECRET))
        yield name
        dashboard._adapter.cache_clear()


def called(path: str, method: str = "GET", cookies: tuple[str, ...] = (), body: str = "", query: str = "") -> Any:
    """What a function's address gives it (payload format 2.0), and its answer."""
    from footfall.aws.functions.dashboard import handler

    headers = {"host": HOST, "accept-encoding": "gzip", "origin": f"https://{HOST}"}
    headers |= {"content-type": "application/x-www-form-urlencoded"} if body else {}
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "x"}
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "cookies": list(cookies),
        "headers": headers,
        "requestContext": {"http": http, "domainName": HOST, "stage": "$default"},
        "body": body,
        "isBase64Encoded": False,
    }
    return handler(event, None)


def text(answer: Any) -> str:
    """An answer's body."""
    body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return (gzip.decompress(body) if answer["headers"].get("content-encoding") == "gzip" else body).decode()


@pytest.fixture(scope="module")
def inside(table: str) -> tuple[str, ...]:
    """The cookie of somebody who has logged in."""
    assert table
    answer = called("/login", "POST", body=urlencode({"name": "anna", "password": PASSWORD}))
    assert answer["statusCode"] == 303
    return tuple(cookie.partition(";")[0] for cookie in answer["cookies"])


def test_a_stranger_sees_the_door_alone(table: str) -> None:
    assert table
    for path in PAGES:
        answer = called(path)
        assert (answer["statusCode"], answer["headers"]["location"][:10]) == (303, "/login?to=")
    assert called("/login", "POST", body=urlencode({"name": "anna", "password": "wrong horse"}))["statusCode"] == 403


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_shown_to_who_has_an_account(inside: tuple[str, ...], path: str) -> None:
    answer = called(path, cookies=inside)
    assert answer["statusCode"] == 200, text(answer)
    assert "My store" in text(answer)


def test_an_export_is_taken_away(inside: tuple[str, ...]) -> None:
    answer = called("/export/visitors.csv", cookies=inside)
    assert answer["statusCode"] == 200
    assert text(answer).startswith('"day",')


def test_what_is_watched_is_answered_in_some_seconds_with_what_changed(table: str, inside: tuple[str, ...]) -> None:
    from footfall.aws.incident_store import Incidents

    Incidents(table).apply(GuardChanges(incidents=(incident(),)))
    answer = called("/live/stream", cookies=inside, query="since=0")
    assert answer["headers"]["content-type"].startswith("text/event-stream")
    assert "event: incident" in text(answer)
