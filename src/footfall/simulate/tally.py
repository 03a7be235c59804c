"""What truly happened on each day, counted from the rows before they become an event table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from footfall.simulate.days import Day
from footfall.simulate.people import Sessions
from footfall.simulate.visits import CART, PURCHASE, REFUNDED, REMOVE, VIEW, Rows
from footfall.simulate.world import World


@dataclass(frozen=True, slots=True)
class Tally:
    """One local day of the shoppers; money in minor units.

    Attributes:
        day: the local date.
        events: rows of all populations.
        duplicates: shoppers' rows sent a second time; all figures below but ``visitors`` leave them out.
        visitors: people with an event on the day.
        sessions: sessions begun on the day.
        views: view rows.
        carts: cart rows, those of a stuck client included.
        removals: remove_from_cart rows.
        purchases: purchase rows, one a line.
        orders: orders.
        direct_orders: orders without a cart.
        revenue: price x pieces of the purchases.
        refunds: refund rows.
        refunded: price x pieces of the refunds.
    """

    day: date
    events: int
    duplicates: int
    visitors: int
    sessions: int
    views: int
    carts: int
    removals: int
    purchases: int
    orders: int
    direct_orders: int
    revenue: int
    refunds: int
    refunded: int


def tally(world: World, day: Day, rows: Rows, sessions: Sessions, events: int) -> Tally:
    """Counts a day's rows, each once; ``events`` is what all populations sent."""
    count = np.bincount(rows.kind[~rows.copy], minlength=REFUNDED + 1)
    bought = rows.take(np.flatnonzero((rows.kind == PURCHASE) & ~rows.copy))
    returned = rows.take(np.flatnonzero((rows.kind == REFUNDED) & ~rows.copy))
    return Tally(
        day.date,
        events,
        int(rows.copy.sum()),
        len(np.unique(sessions.person)),
        int((sessions.start >= day.start).sum()),
        int(count[VIEW]),
        int(count[CART]),
        int(count[REMOVE]),
        int(count[PURCHASE]),
        len(np.unique(bought.order)),
        len(np.unique(bought.order[sessions.direct[bought.session]])),
        _money(world, bought),
        int(count[REFUNDED]),
        _money(world, returned),
    )


def _money(world: World, rows: Rows) -> int:
    return int((world.catalogue.price[rows.product] * np.maximum(rows.quantity, 1)).sum())
