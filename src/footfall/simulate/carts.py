"""What becomes of each cart: planned at once, over all the visits it takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from footfall.simulate.catalogue import SHELF
from footfall.simulate.days import HOUR, WEEK_HOURS
from footfall.simulate.draws import Codes, Flags, Ints, Reals, Small, chance, quota, words
from footfall.simulate.visits import LINES

NEVER = np.iinfo(np.int64).max


class Fate(IntEnum):
    """What was planned for a cart."""

    BOUGHT = 0
    LATER = 1
    RECOVERED = 2
    LOST = 3
    PARTIAL = 4
    EMPTIED = 5


SHARES = np.array([0.3, 0.05, 0.07, 0.48, 0.04, 0.06])
"""How often each fate is drawn; a partial purchase of a single line becomes a loss."""

MULTIPLE = np.array([0.4, 0.36, 0.24])
"""How often one, two and three lines are thought of in a cart's first visit; not every thought becomes a line."""

PARTED = 0.33
"""Share of carts meant for a partial purchase that have two lines to part."""

PARTED_LATER = 0.4
"""Share of partial purchases made in a visit of their own."""

RETOUCHED = 0.14
"""Share of carts not bought at once that get another line in a second visit, among those to be bought or lost."""

EMPTIED_LATER = 0.5
"""Share of emptied carts that a second visit empties."""

SOLD = float(SHARES[:3].sum() + SHARES[Fate.PARTIAL] * PARTED)
"""Share of carts whose first line is bought in the end."""

PIECES = 1.2 + 0.41 * 1.05
"""Pieces sold with each first line that is bought, its own and those of further lines."""

WAIT = {Fate.LATER: (2, 20), Fate.RECOVERED: (26, 188), Fate.PARTIAL: (2, 20)}
"""Whole hours from the cart's last activity to the visit that buys: safely on either side of 24 hours and 8 days."""

SECOND_VISIT = (2, 20)
REFUND = (48, 330)
HORIZON = WEEK_HOURS + REFUND[1] + 2
PATIENCE = 72.0
"""Hours in which the readiness to come back falls to a third."""


@dataclass(frozen=True, slots=True)
class Intent:
    """The plan of n carts, as of their first visit.

    Attributes:
        fate: a :class:`Fate`, shape (n,).
        lines: products, -1 for none; the last place is for a line added in a second visit, shape (n, LINES).
        quantity: pieces said, 0 for nothing said, shape (n, LINES).
        again: whether the first line is put in the cart twice, shape (n,).
        held: lines in the cart after the first visit's removals, shape (n, LINES).
        removed: lines the first visit removes, shape (n, LINES).
        second: whether a second visit touches the cart before anyone buys, shape (n,).
        returns: whether the purchase is made in a visit of its own, shape (n,).
    """

    fate: Small
    lines: Codes
    quantity: Small
    again: Flags
    held: Flags
    removed: Flags
    second: Flags
    returns: Flags

    def pieces(self) -> Ints:
        """Pieces of each line, what is not said counting one."""
        pieces = np.maximum(self.quantity, 1).astype(np.int64)
        pieces[:, 0] += self.again
        return pieces

    def ordered(self) -> Small:
        """Pieces of each line as an order says them, 0 for nothing said."""
        pieces = self.pieces()
        return np.where(pieces > 1, pieces, 0).astype(np.int8)

    def bought(self) -> Flags:
        """Lines bought in the end: all that are held, but in a partial purchase the last."""
        mine = self.kept()
        last = mine & (np.cumsum(mine, axis=1) == mine.sum(axis=1, keepdims=True))
        mine[self.fate == Fate.PARTIAL] &= ~last[self.fate == Fate.PARTIAL]
        mine[np.isin(self.fate, (Fate.LOST, Fate.EMPTIED))] = False
        return mine

    def kept(self) -> Flags:
        """Lines in the cart when it is bought, lost or emptied."""
        added = self.second & (self.lines[:, LINES - 1] >= 0)
        kept = self.held.copy()
        kept[:, LINES - 1] |= added
        return kept


def intend(rng: np.random.Generator, focus: Codes, category: Codes, shelf: Codes, pull: Reals) -> Intent:
    """Draws the plan of each cart.

    Args:
        rng: for the draws.
        focus: the product that begins it, shape (n,).
        category: of that product, shape (n,).
        shelf: products by popularity, (categories, SHELF).
        pull: how readily each product of the catalogue is put in a cart.
    """
    n = len(focus)
    fate = _FATE[words(rng, n)]
    second = chance(rng, n, RETOUCHED / 0.56) & np.isin(fate, (Fate.LATER, Fate.RECOVERED, Fate.LOST))
    second |= chance(rng, n, EMPTIED_LATER) & (fate == Fate.EMPTIED)
    lines = _lines(rng, focus, category, shelf, pull, second & (fate != Fate.EMPTIED))
    second &= (lines[:, LINES - 1] >= 0) | (fate == Fate.EMPTIED)
    present = lines >= 0
    present[:, LINES - 1] = False
    removed = np.zeros_like(present)
    removed[:, 1] = present[:, 1] & chance(rng, n, 0.12)
    removed |= present & ((fate == Fate.EMPTIED) & ~second)[:, None]
    removed[(fate == Fate.EMPTIED) & second] = False
    held = present & ~removed
    fate[(fate == Fate.PARTIAL) & (held.sum(axis=1) < 2)] = Fate.LOST
    quantity = np.where(chance(rng, n * LINES, 0.05), 2, 0).astype(np.int8).reshape(n, LINES)
    returns = np.isin(fate, (Fate.LATER, Fate.RECOVERED)) | ((fate == Fate.PARTIAL) & chance(rng, n, PARTED_LATER))
    return Intent(fate, lines, quantity, chance(rng, n, 0.15), held, removed, second, returns)


def _lines(rng: np.random.Generator, focus: Codes, category: Codes, shelf: Codes, pull: Reals, extra: Flags) -> Codes:
    """Up to LINES different products of the cart's category, by popularity and pull; a repeated draw is left out."""
    n = len(focus)
    draws = shelf.ravel()[category[:, None] * SHELF + (words(rng, n * LINES) >> 2).reshape(n, LINES)]
    draws[:, 0] = focus
    liked = rng.random(draws.shape) * pull.max() < pull[draws]
    count = _COUNT[words(rng, n)] + 1
    for place in range(1, LINES):
        wanted = extra if place == LINES - 1 else (count > place) & (draws[:, place - 1] >= 0)
        repeated = (draws[:, :place] == draws[:, place : place + 1]).any(axis=1)
        draws[:, place] = np.where(wanted & liked[:, place] & ~repeated, draws[:, place], -1)
    return np.asarray(draws, dtype=np.int32)


def listed(flags: Flags) -> Small:
    """The places that are true, first to last, in each row; the rest of the row is filled with what is left."""
    return _LISTED[flags @ _BITS]


def clock(profile: Reals) -> Reals:
    """A table for :func:`come_back`: readiness to come back, cumulated hour by hour and category by category.

    Args:
        profile: visits an hour of the week, shape (categories, 168).

    Returns:
        Shape (categories, HORIZON + 1), ascending within rows and from row to row.
    """
    hours = np.arange(HORIZON)
    readiness = profile[:, hours % WEEK_HOURS] * np.exp(-hours / PATIENCE)
    readiness /= readiness.sum(axis=1, keepdims=True)
    ends = np.hstack([np.zeros((len(profile), 1)), np.cumsum(readiness, axis=1)])
    return np.asarray(ends + np.arange(len(profile))[:, None])


def come_back(
    rng: np.random.Generator, table: Reals, category: Codes, hour_of_week: Ints, after: Ints, wait: tuple[int, int]
) -> Ints:
    """When each visitor comes back: a category's busy hours and the near future are likelier.

    Args:
        rng: for the draws.
        table: of :func:`clock`.
        category: shape (n,).
        hour_of_week: of ``after``, shape (n,).
        after: times of the last activity, shape (n,).
        wait: fewest and most whole hours from the hour of ``after`` to that of the visit.

    Returns:
        Times, between ``wait[0] - 1`` and ``wait[1] + 1`` hours after ``after``.
    """
    low, high = table[category, hour_of_week + wait[0]], table[category, hour_of_week + wait[1] + 1]
    place = low + rng.random(len(low)) * (high - low)
    hour = np.searchsorted(table.ravel(), place, side="right") - 1 - category.astype(np.int64) * table.shape[1]
    hours = np.clip(hour - hour_of_week, *wait)
    return np.asarray(after // HOUR * HOUR + hours * HOUR + (rng.random(len(low)) * HOUR).astype(np.int64))


def come_back_share(table: Reals, wait: tuple[int, int]) -> Reals:
    """Where visits fall that :func:`come_back` draws: shape (categories, 168 from, 168 to), rows sum to 1."""
    readiness = np.diff(table, axis=1)
    whole = np.zeros((len(table), WEEK_HOURS, 3 * WEEK_HOURS))
    for hour in range(WEEK_HOURS):
        span = slice(hour + wait[0], hour + wait[1] + 1)
        whole[:, hour, span] = readiness[:, span]
    share = whole.reshape(len(table), WEEK_HOURS, 3, WEEK_HOURS).sum(axis=2)
    return np.asarray(share / share.sum(axis=2, keepdims=True))


_BITS = np.array([1 << place for place in range(LINES)], dtype=np.int8)
_PATTERNS = (np.arange(1 << LINES)[:, None] & _BITS) > 0
_LISTED = np.argsort(~_PATTERNS, axis=1, kind="stable").astype(np.int8)
_FATE = quota(SHARES).astype(np.int8)
_COUNT = quota(MULTIPLE)
