"""A day that was counted before anything followed its midnight takes in what followed: as if counted whole."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from footfall import insights
from footfall.embedded.extend import extended
from tests.conftest import NEW_HOME, event, jsonl
from tests.embedded.test_build import assert_same_marts

EXTENDED = "footfall.embedded.build.extended"

EVENING = [
    event("2019-10-06T23:40:00Z", user_session="m", product_id="1", category_code="home.lamp"),
    event("2019-10-06T23:50:00Z", user_session="m", event_type="cart", product_id="1", category_code="home.lamp"),
    event("2019-10-06T23:45:00Z", user_session="other", product_id="1", category_code="home.lamp"),
    event("2019-10-06T23:59:00Z", user_session="page", event_type="page", path="/"),
]
VIEW = event("2019-10-07T00:10:00Z", user_session="m", product_id="2", category_code="home.bed")
PURCHASE = event(
    "2019-10-07T00:12:00Z", user_session="m", event_type="purchase", product_id="1", category_code="home.lamp"
)
PAGE = event("2019-10-07T00:05:00Z", user_session="page", event_type="page", path="/search")
KNOWN = event("2019-10-07T00:11:00Z", user_session="m", product_id="3", user_agent="Googlebot/2.1")
NOON = event("2019-10-07T12:00:00Z", user_session="n", product_id="2", category_code="home.bed")


@pytest.mark.parametrize(
    "morning",
    [[VIEW], [PURCHASE], [PAGE], [KNOWN], [VIEW, PURCHASE, PAGE, KNOWN, NOON]],
    ids=["view", "purchase", "page", "bot", "all"],
)
def test_what_follows_midnight_is_added_to_the_day_before(
    new_home: NEW_HOME, monkeypatch: pytest.MonkeyPatch, morning: list[dict[str, Any]]
) -> None:
    marts: list[str] = []

    def noted(*given: Any) -> pa.Table:
        marts.append(given[1].name)
        return extended(*given)

    monkeypatch.setattr(EXTENDED, noted)
    later, at_once = new_home(), new_home()
    for part in (EVENING, morning):
        later.take(jsonl(part))
        later.build()
    assert sorted(marts) == sorted(name for name, query in insights.daily().items() if query.keys)
    at_once.take(jsonl([*EVENING, *morning]))
    at_once.build()
    assert_same_marts(later, at_once)


def test_a_day_that_has_taken_in_what_followed_is_counted_anew_when_that_changes(
    new_home: NEW_HOME, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, at_once = new_home(), new_home()
    for part in (EVENING, [VIEW]):
        later.take(jsonl(part))
        later.build()
    monkeypatch.setattr(EXTENDED, None)
    later.take(jsonl([PURCHASE, PAGE]))
    later.build()
    at_once.take(jsonl([*EVENING, VIEW, PURCHASE, PAGE]))
    at_once.build()
    assert_same_marts(later, at_once)
