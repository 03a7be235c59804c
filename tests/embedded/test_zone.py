"""A lake's days are cut in one time zone, for good."""

from __future__ import annotations

import pytest

from footfall.config import Settings, Store
from footfall.embedded import run
from footfall.ports import FootfallError
from tests.conftest import NEW_HOME, Home

EVENT = b'{"event_time":"2024-03-01T23:30:00Z","event_type":"page","user_id":"ann"}\n'


def test_another_zone_is_refused_and_nothing_changes(new_home: NEW_HOME) -> None:
    home = new_home()
    home.take(EVENT, name="events.jsonl")
    before = home.manifest()
    moved = Home(home.path, Settings(store=Store(timezone="Europe/Berlin")))
    with pytest.raises(FootfallError, match="cut in UTC and the settings now say Europe/Berlin"):
        moved.take(EVENT, name="events.jsonl")
    with pytest.raises(FootfallError, match="cut in UTC"):
        run.build(moved.lake, lambda _done, _all: None)
    assert home.manifest() == before
