"""The truth about carts is what the definition finds in the events."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.simulate.carts import HORIZON, NEVER, REFUND, SECOND_VISIT, WAIT, Fate, clock, come_back, come_back_share
from footfall.simulate.days import HOUR
from footfall.simulate.draws import generator
from footfall.simulate.reckon import STATES, cart_states
from footfall.simulate.shoppers import CartLog
from tests.simulate import recount
from tests.simulate.conftest import Told


def test_every_cart_has_the_state_that_the_definition_gives_it(small: Told) -> None:
    counted = {(cart.session, cart.started): cart for cart in recount.carts(small.rows, small.truth.until)}
    told = {(cart["user_session"], cart["started"]): cart for cart in small.truth.carts.to_pylist()}
    assert counted.keys() == told.keys()
    for key, cart in told.items():
        mine = counted[key]
        assert (mine.state, mine.at_stake, mine.last) == (cart["state"], cart["at_stake"], cart["last_activity"])


def test_every_state_occurs_and_the_rate_is_the_definition_s(small: Told) -> None:
    states = Counter(cart.state for cart in recount.carts(small.rows, small.truth.until))
    assert small.truth.cart_states == {state: states[state] for state in STATES}
    assert min(small.truth.cart_states.values()) > 0
    given_up = sum(states[state] for state in ("abandoned", "recovered", "lost", "partial"))
    assert small.truth.abandoned_cart_rate == pytest.approx(given_up / (given_up + states["bought"]))


def test_settled_carts_are_as_intended(small: Told) -> None:
    for cart in small.truth.carts.to_pylist():
        days = (small.days[-1][0] - cart["day"]).days
        assert cart["provisional"] == (days < 8)
        if cart["state"] not in ("open", "abandoned"):
            assert cart["state"] == cart["intended"] or (cart["intended"], cart["state"]) == ("recovered", "lost")
        if days > 12:
            assert cart["state"] == cart["intended"]


def test_a_cart_outlives_its_session(small: Told) -> None:
    sessions = small.by_session()
    later = [
        cart
        for cart in small.truth.carts.to_pylist()
        if cart["state"] == "recovered" and cart["closed"] > sessions[cart["user_session"]][-1]["event_time"]
    ]
    assert len(later) == small.truth.cart_states["recovered"]
    waits = [cart["closed"] - cart["started"] for cart in later]
    assert timedelta(hours=24) < min(waits)
    assert max(waits) > timedelta(days=3)


def _log(fate: Fate, settled: int = 0, touched: int = NEVER, closed: int = NEVER) -> CartLog:
    """One cart, its times in hours."""
    given = {"fate": int(fate), "settled": settled, "touched": touched, "closed": closed}
    hours = {name: value if name == "fate" or value == NEVER else value * HOUR for name, value in given.items()}
    return CartLog(**{name: np.array([hours.get(name, 0)]) for name in CartLog.__slots__})


@pytest.mark.parametrize(
    ("log", "hours", "state"),
    [
        (_log(Fate.LOST), 23, "open"),
        (_log(Fate.LOST), 24, "abandoned"),
        (_log(Fate.LOST), 191, "abandoned"),
        (_log(Fate.LOST), 192, "lost"),
        (_log(Fate.LOST, touched=20), 43, "open"),
        (_log(Fate.LOST, touched=20), 44, "abandoned"),
        (_log(Fate.LOST, touched=20), 19, "open"),
        (_log(Fate.RECOVERED, closed=100), 100, "abandoned"),
        (_log(Fate.RECOVERED, closed=100), 101, "recovered"),
        (_log(Fate.LATER, closed=20), 20, "open"),
        (_log(Fate.LATER, closed=20), 21, "bought"),
        (_log(Fate.BOUGHT, closed=0), 1, "bought"),
        (_log(Fate.PARTIAL, closed=10), 33, "open"),
        (_log(Fate.PARTIAL, closed=10), 34, "partial"),
        (_log(Fate.EMPTIED, touched=5, closed=5), 5, "open"),
        (_log(Fate.EMPTIED, touched=5, closed=5), 6, "emptied"),
    ],
)
def test_state_at_an_hour(log: CartLog, hours: int, state: str) -> None:
    assert STATES[cart_states(log, hours * HOUR)[0][0]] == state


@given(
    seed=st.integers(0, 1000),
    after=st.integers(0, 10**16),
    hour=st.integers(0, 167),
    wait=st.sampled_from([*WAIT.values(), SECOND_VISIT, REFUND]),
)
def test_people_come_back_within_the_hours_given(seed: int, after: int, hour: int, wait: tuple[int, int]) -> None:
    profile = generator(seed).random((3, 168)) + 0.01
    when = np.full(50, after)
    category = np.arange(50, dtype=np.int32) % 3
    back = come_back(generator(seed, 1), clock(profile), category, np.full(50, hour), when, wait)
    assert (back > when + (wait[0] - 1) * HOUR).all()
    assert (back < when + (wait[1] + 1) * HOUR).all()


def test_people_come_back_where_the_share_says() -> None:
    profile = generator(5).random((2, 168)) + 0.01
    table, wait, n = clock(profile), WAIT[Fate.RECOVERED], 200_000
    back = come_back(generator(6), table, np.ones(n, np.int32), np.full(n, 30), np.full(n, 30 * HOUR), wait)
    found = np.bincount(back // HOUR % 168, minlength=168) / n
    share = come_back_share(table, wait)
    assert share.shape == (2, 168, 168)
    assert table.shape == (2, HORIZON + 1)
    assert np.abs(found - share[1, 30]).max() < 5 * np.sqrt(share.max() / n)
