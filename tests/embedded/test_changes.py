"""What verdicts did to the figures is put down once, with its reason, whatever was killed when."""

from __future__ import annotations

from datetime import date

import pytest

from footfall.embedded.changes import ChangeLog, Why, changes
from tests.conftest import Home, event, jsonl
from tests.embedded.judging import fill, judge, ms, verdict


@pytest.fixture
def shop(home: Home) -> Home:
    """See ``judging.fill``."""
    return fill(home)


def test_changes_say_what_was_and_what_is_and_why(shop: Home) -> None:
    judge(
        shop, verdict("session", "b4"), verdict("visitor", "bot", ms("2019-10-04T00:00:00"), ms("2019-10-04T23:00:00"))
    )
    assert shop.build().restated == 2
    one, other = changes(shop.lake.layout)
    assert [(one.day, one.figure), (other.day, other.figure)] == [
        (date(2019, 10, 4), "visitors"),
        (date(2019, 10, 4), "sessions"),
    ]
    assert (one.gross, one.known, one.net) == ((2, 2), (2, 2), (2, 1))
    assert one.why == [Why("i1", "speed", 0, 2)]
    shop.build()
    assert len(changes(shop.lake.layout)) == 2


def test_money_that_bots_left_in_carts_is_put_down(home: Home) -> None:
    rows = [
        event("2019-10-01T12:00:00Z", "cart", price=price, user_id=user, user_session=user)
        for user, price in (("a", 100), ("b", 900))
    ]
    home.take(jsonl([*rows, event("2019-10-20T12:00:00Z", user_id="c", user_session="c")]))
    home.build()
    judge(home, verdict("session", "b"))
    home.build()
    found = {change.figure: (change.gross, change.net) for change in changes(home.lake.layout)}
    assert found["value_at_stake"] == ((1_000, 1_000), (1_000, 100))
    assert found["abandonment"] == ((2, 2), (2, 1))


def test_a_build_that_was_killed_is_put_down_by_the_next_one(shop: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it died before its figures were put down or after: each change once."""
    judge(shop, verdict("session", "b4"))
    with monkeypatch.context() as killed:
        killed.setattr(ChangeLog, "end", lambda _self: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            shop.build()
    assert changes(shop.lake.layout) == []
    pending = (shop.path / "marts/changes.pending").read_bytes()
    shop.build()
    assert [change.figure for change in changes(shop.lake.layout)] == ["visitors", "sessions"]
    (shop.path / "marts/changes.pending").write_bytes(pending)
    shop.build()
    assert [change.figure for change in changes(shop.lake.layout)] == ["visitors", "sessions"]


def test_what_new_events_change_is_not_blamed_on_verdicts(shop: Home) -> None:
    judge(shop, verdict("session", "b4", ms("2019-10-04T00:00:00"), ms("2019-10-04T23:00:00")))
    shop.take(jsonl([event("2019-10-09T15:00:00Z", user_id="new", user_session="new")]))
    shop.build()
    assert {change.day.day for change in changes(shop.lake.layout)} == {4}


def test_a_home_without_verdicts_keeps_no_log(shop: Home) -> None:
    shop.build()
    assert not (shop.path / "marts/changes.jsonl").exists()
    assert not (shop.path / "marts/verdicts.json").exists()
    assert not (shop.path / "incidents").exists()
