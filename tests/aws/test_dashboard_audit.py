"""The trail over a deployment: the laws of every plane."""

from __future__ import annotations

import pytest

from tests.aws.doors import Deployed
from tests.web import test_audit as laws
from tests.web.test_audit import (  # noqa: F401
    door,
    test_a_mute_has_an_end,
    test_acts_do_what_they_say,
    test_every_act_is_on_the_trail_under_the_name_that_logged_in,
    test_every_export_is_on_the_trail,
    test_nothing_is_taken_away_that_the_trail_cannot_keep,
    test_the_beginning_of_an_id_is_none,
    test_what_failed_took_nothing_away,
    test_without_accounts_one_says_who_one_is,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _deployed(emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert emulator
    monkeypatch.setattr(laws, "Door", Deployed)
