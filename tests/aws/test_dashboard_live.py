"""The live page over a deployment: the laws of every plane."""

from __future__ import annotations

import pytest

from tests.aws.doors import Deployed
from tests.web import test_live_page as laws
from tests.web.test_live_page import (  # noqa: F401
    door,
    test_a_page_asked_for_in_vain_is_there,
    test_a_viewer_has_no_forms_and_an_operator_is_not_asked_for_a_name,
    test_an_incident_has_a_page_with_why_and_what_to_do,
    test_before_anything_happened_the_page_says_what_to_run,
    test_cards_are_made_anew_when_their_incident_changed,
    test_nothing_is_hidden_however_many_there_are,
    test_the_blocklist_follows_what_people_say,
    test_the_blocklist_is_there_in_every_form,
    test_the_blocklist_is_there_with_its_reasons,
    test_the_navigation_counts_attacks_that_go_on_and_no_crowd,
    test_what_goes_on_has_a_card_and_what_is_over_a_row,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _deployed(emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert emulator
    monkeypatch.setattr(laws, "Door", Deployed)
