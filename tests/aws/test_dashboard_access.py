"""Access over a deployment: the laws of every plane, but for those of a home's file."""

from __future__ import annotations

import pytest

from tests.aws.doors import Deployed
from tests.web import test_access as laws
from tests.web.test_access import (  # noqa: F401
    door,
    locked,
    test_a_link_in_a_mail_leads_to_the_page_and_not_to_login,
    test_a_session_ends,
    test_a_session_is_a_strict_cookie_that_scripts_do_not_see,
    test_a_viewer_looks_and_does_not_act,
    test_a_wrong_password_opens_nothing,
    test_an_open_dashboard_is_for_this_machine_alone,
    test_behind_tls_the_cookie_is_secure,
    test_no_write_from_elsewhere,
    test_no_write_from_elsewhere_at_an_open_dashboard,
    test_nothing_is_answered_to_one_who_has_not_logged_in,
    test_the_writes_are_those_known_here,
    test_what_login_is_made_of_is_public_and_nothing_beside_it,
    test_who_guesses_waits_even_with_the_right_password,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _deployed(emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert emulator
    monkeypatch.setattr(laws, "Door", Deployed)
