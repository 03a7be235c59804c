"""One day's visitors: when they come, who they are, what they look at, and which of them buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.simulate import people
from footfall.simulate.catalogue import SHELF
from footfall.simulate.days import Day
from footfall.simulate.draws import Codes, Flags, Ints, Reals, Small, chance, generator, quantiles, quota, words
from footfall.simulate.names import CHANNELS
from footfall.simulate.people import GROUPS, GUESTS, Login, Sessions
from footfall.simulate.world import World

CART = 0.125
"""Share of visits that start a cart, where nothing pulls or pushes."""

DIRECT = 0.012
"""Share of visits that buy at once, without a cart."""

ASIDE = 0.13
"""Share of visits that look at a second category, drawn like the first."""

UNREST = 0.07
"""Spread of a category's visits from day to day beyond chance."""

SECOND_DEVICE = 0.15


@dataclass(frozen=True, slots=True)
class Browsing:
    """The visits that begin on a day, n of them, hour by hour.

    Attributes:
        sessions: whose they are.
        category: looked at.
        aside: looked at in passing, ``glances`` times.
        focus: the last product looked at.
        looks: views in the category, 1 or more.
        glances: views aside, 0 or more.
        carts: indices of visits that start a cart.
        direct: indices of visits that buy without one.
        pull: how readily each visit buys.
    """

    sessions: Sessions
    category: Codes
    aside: Codes
    focus: Codes
    looks: Small
    glances: Small
    carts: Ints
    direct: Ints
    pull: Reals


def browse(world: World, day: Day) -> Browsing:
    """Draws the visits that begin on a day."""
    rng = generator(world.store.seed, 10, day.index)
    visits, conversion = world.interest.of(day)
    unrest = rng.gamma(UNREST**-2, UNREST**2, (1, visits.shape[1]))
    count = rng.poisson(visits * unrest)
    cell = np.repeat(np.arange(count.size, dtype=np.int32), count.ravel())
    slot, category = np.divmod(cell, np.int32(visits.shape[1]))
    n = len(cell)
    start = day.hours[slot] + (rng.random(n) * day.lengths[slot]).astype(np.int64)
    focus = world.shelf(day.week).ravel()[category * SHELF + (words(rng, n) >> 2)]
    aside = quota(visits)[slot, words(rng, n)]
    glances = np.where(chance(rng, n, ASIDE) & (aside != category), _GLANCES[words(rng, n)], 0).astype(np.int8)
    channel = _CHANNEL[words(rng, n)]
    pull = conversion.ravel()[cell] * world.catalogue.pull[focus] * CHANNEL_PULL[channel]
    luck = rng.random(n)
    carts = np.flatnonzero(luck < pull * CART)
    direct = np.flatnonzero((luck >= pull * CART) & (luck < pull * (CART + DIRECT)))
    sessions = _sessions(world, day, rng, start, channel, carts, direct)
    return Browsing(sessions, category, aside, focus, _LOOKS[words(rng, n)], glances, carts, direct, pull)


def _sessions(
    world: World, day: Day, rng: np.random.Generator, start: Ints, channel: Small, carts: Ints, direct: Ints
) -> Sessions:
    """Gives each visit a person: cart owners from the day's group, direct buyers from the next one."""
    n, store = len(channel), world.store
    group = (words(rng, n) % GROUPS).astype(np.int64)
    group[carts], group[direct] = day.index % GROUPS, (day.index + 1) % GROUPS
    person = people.heavy(rng, store, group)
    guest = chance(rng, n, GUESTS)
    guest[carts] |= _repeated(person[carts])
    key = people.numbers(store, day.index, np.arange(n))
    person = np.where(guest, people.guest(store, key), person)
    login, cookieless = people.habits(store, person)
    device = person * 2 + (chance(rng, n, SECOND_DEVICE) & (login == Login.ALWAYS))
    at_once = np.zeros(n, bool)
    at_once[direct] = True
    return Sessions(key, person, device, login, ~cookieless, channel, start, at_once)


def _repeated(person: Ints) -> Flags:
    """Which entries name somebody named before."""
    repeated = np.ones(len(person), bool)
    repeated[np.unique(person, return_index=True)[1]] = False
    return repeated


def _looks(place: Reals) -> Reals:
    """Weibull of 4 views or so: one visit in three is a single view, one in a hundred has two dozen."""
    return np.clip(np.ceil(3.05 * (-np.log1p(-place)) ** (1 / 0.75)), 1, 60)


_LOOKS = quantiles(_looks).astype(np.int8)
_GLANCES = quota(np.array([0, 0.6, 0.25, 0.15])).astype(np.int8)
_CHANNEL = quota(np.array([channel.share for channel in CHANNELS])).astype(np.int8)
_PULLS = np.array([channel.pull for channel in CHANNELS])
CHANNEL_PULL = _PULLS / np.average(_PULLS, weights=[channel.share for channel in CHANNELS])
