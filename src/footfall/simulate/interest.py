"""When each category draws visitors and when they buy: the hours of the week, with the cells planted among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.simulate.days import WEEK_HOURS, Day
from footfall.simulate.draws import Flags, Ints, Reals, generator
from footfall.simulate.setting import Store

VISITS = 0.99
"""Visits a visitor makes on a day."""

PLANTED = ("", "window", "harvest", "quiet", "spike")
"""What may be planted in a cell: nothing, a discount window, or what is only like one."""


@dataclass(frozen=True, slots=True)
class Spike:
    """One cell of one week only: many come, few buy."""

    category: int
    hour: int
    week: int
    interest: float
    conversion: float


@dataclass(frozen=True, slots=True)
class Interest:
    """Category x hour of the week, shapes (categories, 168).

    Attributes:
        ordinary: visits an hour as the cycles alone make them.
        visits: visits an hour with what was planted.
        conversion: how readily visitors of the hour buy, 1 on average.
        planted: index into :data:`PLANTED`.
        spikes: the cells of one week only.
    """

    ordinary: Reals
    visits: Reals
    conversion: Reals
    planted: Ints
    spikes: tuple[Spike, ...]

    def of(self, day: Day) -> tuple[Reals, Reals]:
        """Visits and conversion of each of a day's hours: two arrays (slots, categories)."""
        visits, conversion = self.in_week(day.week)
        share = day.lengths[:, None] / 3_600_000_000
        return visits.T[day.hour_of_week] * share, conversion.T[day.hour_of_week]

    def in_week(self, week: int) -> tuple[Reals, Reals]:
        """Visits an hour and conversion in one week, shapes (categories, 168)."""
        visits, conversion = self.visits.copy(), self.conversion.copy()
        for spike in self.spikes:
            if spike.week == week:
                visits[spike.category, spike.hour] *= spike.interest
                conversion[spike.category, spike.hour] *= spike.conversion
        return visits, conversion


def interest(store: Store, weeks: int) -> Interest:
    """The hours of a store; the ordinary cycles are the same with and without effects."""
    rng = generator(store.seed, 2)
    ordinary = _cycles(store, rng)
    conversion = _conversion(store, rng)
    planted = np.zeros(ordinary.shape, dtype=np.int64)
    if not store.effects:
        return Interest(ordinary, ordinary, conversion, planted, ())
    rng = generator(store.seed, 3)
    spikes = _plant(store, rng, ordinary, planted, weeks)
    low, high = np.array([(1, 1), (1.6, 2.1), (1.9, 2.5), (0.5, 0.8), (1, 1)]).T
    raised = rng.uniform(low[planted], high[planted])
    low, high = np.array([(1, 1), (0.25, 0.38), (1.0, 1.3), (0.4, 0.6), (1, 1)]).T
    lowered = rng.uniform(low[planted], high[planted])
    return Interest(ordinary, ordinary * raised, conversion * lowered, planted, spikes)


def _cycles(store: Store, rng: np.random.Generator) -> Reals:
    """Visits an hour: the store's own day and week, bent a little by each category, smooth everywhere."""
    hours = np.arange(WEEK_HOURS)
    size = (store.categories, 1)
    turn = 2 * np.pi / 24
    day = 0.85 * np.cos(turn * (hours - 19.5)) + 0.3 * np.cos(2 * turn * (hours - 19.5))
    week = 0.08 * np.cos(turn / 7 * (hours - 150))
    own_day = rng.uniform(0.05, 0.2, size) * np.cos(turn * (hours - rng.uniform(0, 24, size)))
    own_week = rng.uniform(0.02, 0.08, size) * np.cos(turn / 7 * (hours - rng.uniform(0, WEEK_HOURS, size)))
    profile = np.exp(day + week + own_day + own_week)
    share = (np.arange(store.categories) + 2.0) ** -0.65
    profile *= (share / profile.sum(axis=1))[:, None]
    return np.asarray(profile / profile.sum() * store.visitors * VISITS * 7)


def _conversion(store: Store, rng: np.random.Generator) -> Reals:
    """How readily people buy: by category and by the store's hour, and no more."""
    category = np.exp(rng.normal(0, 0.16, (store.categories, 1)))
    hour = np.exp(0.1 * np.cos(2 * np.pi / 24 * (np.arange(WEEK_HOURS) - 20.5)))
    return np.asarray(category * hour)


def _plant(store: Store, rng: np.random.Generator, ordinary: Reals, planted: Ints, weeks: int) -> tuple[Spike, ...]:
    """Marks cells in ``planted``: each kind where it can be mistaken, or found, but nowhere twice."""
    rank = ordinary.ravel().argsort().argsort().reshape(ordinary.shape) / ordinary.size
    lift = ordinary * ordinary.sum() / (ordinary.sum(axis=1, keepdims=True) * ordinary.sum(axis=0))
    even = (lift > 0.9) & (lift < 1.2)
    count = min(store.windows, ordinary.size // 100)
    _mark(rng, planted, 1, even & (rank > 0.92) & (rank < 0.98), count)
    _mark(rng, planted, 2, rank > 0.96, count)
    _mark(rng, planted, 3, even & (rank < 0.5), count)
    _mark(rng, planted, 4, (rank > 0.5) & (rank < 0.95), count)
    cells = np.argwhere(planted == 4)
    week = rng.integers(0, weeks, len(cells))
    more, less = rng.uniform(2.5, 4.0, len(cells)), rng.uniform(0.4, 0.6, len(cells))
    return tuple(
        Spike(int(c), int(h), int(w), float(m), float(n))
        for (c, h), w, m, n in zip(cells, week, more, less, strict=True)
    )


def _mark(rng: np.random.Generator, planted: Ints, kind: int, allowed: Flags, count: int) -> None:
    free = np.flatnonzero(allowed & (planted == 0))
    planted.flat[rng.choice(free, min(count, len(free)), replace=False)] = kind
