"""Nobody waits for new figures: what pages show first is at hand, and until it is they show what was."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from footfall.embedded.screen import EmbeddedPlane
from footfall.web.app import dashboard
from footfall.web.view import Shelf
from footfall.web.warm import keep_warm, warm
from tests.conftest import Home, event, jsonl
from tests.web.conftest import PATHS


class Counting(EmbeddedPlane):
    """A home that counts what is asked of its marts."""

    asked = 0

    def rows(self, name: str, since: date, until: date, population: str) -> pa.Table:
        """Counts, and answers."""
        self.asked += 1
        return super().rows(name, since, until, population)


@pytest.fixture
def shelf(home: Home) -> Shelf:
    """The answers of a home with a day of events, counted."""
    home.take(jsonl([event("2026-03-01T10:00:00Z", "cart", user_id=f"u{number}") for number in range(9)]))
    home.build()
    return Shelf(Counting(home.lake))


def looking(shelf: Shelf) -> TestClient:
    """Somebody who looks at what is on a shelf."""
    app = dashboard(shelf.plane, shelf.plane.lake.settings.store)  # type: ignore[attr-defined]
    app.state.shelf = shelf
    return TestClient(app)


def test_a_page_that_is_warm_asks_for_nothing(shelf: Shelf) -> None:
    warm(shelf, shelf.plane.lake.settings.store, shelf.plane.extent())  # type: ignore[attr-defined]
    asked = shelf.plane.asked  # type: ignore[attr-defined]
    assert asked > 0
    client = looking(shelf)
    assert {client.get(path).status_code for path in PATHS} == {200}
    assert shelf.plane.asked == asked  # type: ignore[attr-defined]


def test_the_figures_before_are_shown_until_the_new_ones_are_at_hand(home: Home, shelf: Shelf) -> None:
    store, client = home.lake.settings.store, looking(shelf)
    warm(shelf, store, shelf.plane.extent())
    home.take(jsonl([event("2026-03-02T10:00:00Z", "view", user_id="later")]), name="more")
    home.build()
    assert "data until 1 Mar 10:00" in client.get("/").text
    warm(shelf, store, shelf.plane.extent())
    assert "data until 2 Mar 10:00" in client.get("/").text


def test_new_figures_are_noticed_and_what_ends_leaves_no_old_ones(home: Home, shelf: Shelf) -> None:
    ended = threading.Event()
    thread = threading.Thread(target=keep_warm, args=(shelf, home.lake.settings.store, ended, 0.05))
    thread.start()
    try:
        _until(lambda: shelf.settled is not None)
        home.take(jsonl([event("2026-03-02T10:00:00Z", "view", user_id="later")]), name="more")
        home.build()
        _until(lambda: shelf.settled == shelf.plane.extent())
    finally:
        ended.set()
        thread.join()
    assert shelf.settled is None


def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)
