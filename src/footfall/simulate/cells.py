"""What the generating intensities say of each category and hour of the week, by the definitions' own formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.simulate.browsing import ASIDE, CART, DIRECT
from footfall.simulate.carts import (
    EMPTIED_LATER,
    PARTED,
    PARTED_LATER,
    RETOUCHED,
    SECOND_VISIT,
    SHARES,
    WAIT,
    Fate,
    come_back_share,
)
from footfall.simulate.days import occurrences
from footfall.simulate.draws import Flags, Reals, summed
from footfall.simulate.world import World

LIFT, INDEX = 1.15, 0.85
"""A discount window draws at least this much interest for its hour, and converts at most this well."""

WEEKS = 4 / 6
"""Share of the weeks in which it must do so."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Category x hour of the week, shape (categories, 168) each, over the whole period.

    Attributes:
        interest: sessions that view the category.
        buyers: sessions that buy of it.
        lift: interest against independence of category and hour.
        index: conversion against category rate x store-hour index.
        window: whether the cell is a discount window.
    """

    interest: Reals
    buyers: Reals
    lift: Reals
    index: Reals
    window: Flags


def expected(world: World) -> Expected:
    """Works out what the store's cells will show, chance apart."""
    interest, buyers = intensities(world)
    lift, index = measures(interest.sum(axis=0), buyers.sum(axis=0))
    often = np.zeros(lift.shape)
    for week in range(len(interest)):
        often += _window(*measures(interest[week], buyers[week]))
    weeks = (interest > 0).sum(axis=0)
    window = _window(lift, index) & (often >= WEEKS * weeks)
    return Expected(interest.sum(axis=0), buyers.sum(axis=0), lift, index, window)


def _window(lift: Reals, index: Reals) -> Flags:
    return np.asarray((lift >= LIFT) & (index <= INDEX))


def measures(interest: Reals, buyers: Reals) -> tuple[Reals, Reals]:
    """Lift and conversion index of each cell, 1 where nothing is expected."""
    by_category, by_hour = interest.sum(axis=1, keepdims=True), interest.sum(axis=0)
    expected_interest = by_category * by_hour / interest.sum()
    category_rate = buyers.sum(axis=1, keepdims=True) / by_category
    hour_index = _ratio(buyers.sum(axis=0), by_hour) / (buyers.sum() / interest.sum())
    return _ratio(interest, expected_interest), _ratio(buyers, interest * category_rate * hour_index)


def _ratio(above: Reals, below: Reals) -> Reals:
    return np.divide(above, below, out=np.ones(np.shape(below)), where=below > 0)


def intensities(world: World) -> tuple[Reals, Reals]:
    """Expected sessions that view, and that buy, each category: shapes (weeks, categories, 168)."""
    times = occurrences(world.days)[:, None, :]
    moves = [come_back_share(world.clock, wait) for wait in (SECOND_VISIT, WAIT[Fate.RECOVERED])]
    weeks = [_week(world, week, *moves) for week in range(len(times))]
    interest, buyers = (np.stack([week[which] for week in weeks]) for which in (0, 1))
    return interest * times, buyers * times


def _week(world: World, week: int, soon: Reals, far: Reals) -> tuple[Reals, Reals]:
    """A whole week's sessions that view, and that buy, each category."""
    visits, conversion = world.interest.in_week(week)
    ready = visits * conversion * _pull(world, week)
    carts = ready * CART
    back, second = _coming_back(carts, soon, far)
    here = SHARES[Fate.BOUGHT] + SHARES[Fate.PARTIAL] * PARTED * (1 - PARTED_LATER)
    aside = visits * ASIDE * (1 - visits / visits.sum(axis=0))
    return visits + aside + back + second, ready * DIRECT + carts * here + back


def _pull(world: World, week: int) -> Reals:
    """Average pull of each category's products in a week, shape (categories, 1)."""
    catalogue = world.catalogue
    return summed(catalogue.category, catalogue.weekly(week) * catalogue.pull)[:, None]


def _coming_back(carts: Reals, soon: Reals, far: Reals) -> tuple[Reals, Reals]:
    """Return visits and second visits: in a steady store, those that leave a week are those that arrive in it.

    Args:
        carts: begun, shape (categories, 168).
        soon: where visits within a day fall, shape (categories, 168 from, 168 to).
        far: where those of recovered carts fall, same shape.
    """
    partial = SHARES[Fate.PARTIAL] * PARTED * PARTED_LATER
    second = _moved(carts, soon)
    back = second * partial
    for share, where in ((SHARES[Fate.LATER], soon), (SHARES[Fate.RECOVERED], far)):
        back += share * ((1 - RETOUCHED) * _moved(carts, where) + RETOUCHED * _moved(second, where))
    more = RETOUCHED * (SHARES[Fate.LATER] + SHARES[Fate.RECOVERED] + SHARES[Fate.LOST])
    return back, second * (more + EMPTIED_LATER * SHARES[Fate.EMPTIED])


def _moved(carts: Reals, share: Reals) -> Reals:
    return np.asarray((carts[:, None, :] @ share)[:, 0])
