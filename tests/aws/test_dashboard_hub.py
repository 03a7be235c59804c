"""The stream over a deployment: the laws of every plane; seconds are not counted there."""

from __future__ import annotations

import pytest

from tests.aws.doors import Deployed
from tests.web import test_live_hub as laws
from tests.web.test_live_hub import (  # noqa: F401
    test_a_crowd_is_told_and_not_counted,
    test_an_empty_warning_is_taken_off_the_page,
    test_streams_end_with_the_server_and_a_new_one_begins_anew,
    test_what_is_raised_reaches_all_who_watch_and_is_written_once_for_each_kind,
    test_what_people_do_is_told_too,
    test_who_comes_again_hears_what_was_missed_and_nothing_older,
    test_who_does_not_read_is_let_go_and_holds_nobody_up,
    watched,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _deployed(emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert emulator
    monkeypatch.setattr(laws, "Door", Deployed)
