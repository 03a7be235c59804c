"""The truth about carts is what the definition finds in the events."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.simulate import recount
from tests.simulate.conftest import Told


def test_every_cart_has_the_state_that_the_definition_gives_it(small: Told) -> None:
    counted = {(cart.session, cart.started): cart for cart in recount.carts(small.rows, small.truth.until)}
    told = {(cart["user_session"], cart["started"]): cart for cart in small.truth.carts.to_pylist()}
    assert counted.keys() == told.keys()
    wrong = [(counted[key], cart) for key, cart in told.items() if counted[key].state != cart["state"]]
    assert wrong == []
    stakes = [(counted[key].at_stake, cart["at_stake"]) for key, cart in told.items()]
    assert [mine for mine, _ in stakes] == [theirs for _, theirs in stakes]
