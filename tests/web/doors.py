"""A dashboard behind its gate, with a clock that tests set, and browsers that knock at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from footfall.config import Collector, Settings
from footfall.embedded.access import EmbeddedAccess
from footfall.embedded.run import open_lake
from footfall.embedded.screen import EmbeddedPlane
from footfall.ingest.collector.address import Addresses
from footfall.web.access import Gate
from footfall.web.access_pages import guarded
from footfall.web.access_password import hashed
from footfall.web.access_store import Account, Role

HERE = "http://127.0.0.1:8081"
PASSWORD = "correct horse battery"
SECRET = hashed(PASSWORD)
NOON = 1_760_000_000_000
FILLED = {"{key}": "0" * 16, "{form}": "txt", "{name}": "verdicts", "{kind}": "csv", "{path:path}": "x"}
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass
class Clock:
    """The time, UTC ms."""

    now: int = NOON

    def __call__(self) -> int:
        """What it is."""
        return self.now


@dataclass
class Door:
    """A home's dashboard."""

    home: Path
    page: str = ""
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        lake = open_lake(self.home, Settings())
        self.plane = EmbeddedPlane(lake)
        self.access = EmbeddedAccess(lake.layout)
        self.gate = Gate(self.access, self.plane.live, Addresses(Collector()), self.clock, self.page)
        self.app: Starlette = guarded(self.plane, Settings().store, self.gate)
        self.app.state.ended = threading.Event()

    def account(self, name: str, role: Role) -> None:
        """Makes an account with the password of all."""
        self.access.keep(Account(name, role, SECRET))

    def browser(self, client: str = "127.0.0.1") -> TestClient:
        """Somebody on a machine, who follows no redirect."""
        return TestClient(self.app, base_url=HERE, client=(client, 4711), follow_redirects=False)

    def inside(self, name: str) -> TestClient:
        """Somebody who has logged in."""
        browser = self.browser()
        came = browser.post("/login", data={"name": name, "password": PASSWORD}, headers={"origin": HERE})
        assert came.status_code == 303, came.text
        return browser


def routes(routes_of: list[BaseRoute]) -> Iterator[tuple[str, frozenset[str]]]:
    """Every address of an app, its gaps filled, with the methods that it knows."""
    for route in routes_of:
        if isinstance(route, Mount):
            yield f"{route.path}/none", frozenset({"GET"})
        else:
            assert isinstance(route, Route), route
            path = route.path
            for gap, filling in FILLED.items():
                path = path.replace(gap, filling)
            assert "{" not in path, path
            yield path, frozenset(route.methods or ())
