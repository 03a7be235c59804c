"""From visits to rows: what each visit does, step by step, laid out in time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from footfall.event import EventType
from footfall.simulate.catalogue import SHELF
from footfall.simulate.days import MINUTE, SECOND
from footfall.simulate.draws import Codes, Flags, Ints, Reals, Small, chance, quantiles, words
from footfall.simulate.people import Login, Sessions

TYPES = tuple(EventType)
LINES = 4
"""A cart holds this many different products at most."""


class Step(IntEnum):
    """What a visit may do, in the order in which it does it."""

    HOME = 0
    LISTING = 1
    ASIDE = 2
    LOOK = 3
    ADD = 4
    AGAIN = 5
    MORE = 6
    AFTER = 7
    DROP = 8
    BASKET = 9
    CHECKOUT = 10
    IDENTIFY = 11
    BUY = 12
    ACCOUNT = 13
    REFUND = 14


PAGES = ("/", "/cart", "/checkout", "/account/orders")
"""Paths that belong to no category and no product; those of categories follow, then those of products."""

_TYPE = {
    Step.ASIDE: EventType.VIEW,
    Step.LOOK: EventType.VIEW,
    Step.AFTER: EventType.VIEW,
    Step.ADD: EventType.CART,
    Step.AGAIN: EventType.CART,
    Step.MORE: EventType.VIEW,
    Step.DROP: EventType.REMOVE_FROM_CART,
    Step.IDENTIFY: EventType.IDENTIFY,
    Step.BUY: EventType.PURCHASE,
    Step.REFUND: EventType.REFUND,
}
KIND = np.array([TYPES.index(_TYPE.get(step, EventType.PAGE)) for step in Step], dtype=np.int8)
VIEW, CART, REMOVE, PURCHASE, REFUNDED = (
    TYPES.index(kind)
    for kind in (EventType.VIEW, EventType.CART, EventType.REMOVE_FROM_CART, EventType.PURCHASE, EventType.REFUND)
)
_PAGE = np.array([{Step.BASKET: 1, Step.DROP: 1, Step.ACCOUNT: 3, Step.REFUND: 3}.get(step, 2) for step in Step])
_PAGE[Step.HOME] = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Events as numbers, shape (n,) each.

    Attributes:
        time: UTC microseconds.
        session: index into a :class:`~footfall.simulate.people.Sessions`.
        kind: index into the event types.
        product: index into the catalogue, -1 for none.
        quantity: 0 where the store says nothing.
        path: index into PAGES, then categories, then products.
        order: number of the order, -1 for none.
        shown: whether the event carries the user id.
        number: unique number of the event; a row sent twice has the same number.
        copy: whether it is the second sending.
    """

    time: Ints
    session: Codes
    kind: Small
    product: Codes
    quantity: Small
    path: Codes
    order: Ints
    shown: Flags
    number: Ints
    copy: Flags

    def take(self, index: Ints | Flags) -> Rows:
        """Some of the rows."""
        return Rows(*(getattr(self, name)[index] for name in Rows.__slots__))

    def join(self, *others: Rows) -> Rows:
        """These rows, then the others'."""
        parts = (self, *others)
        return Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__slots__))


@dataclass(frozen=True, slots=True)
class Visits:
    """What a batch of visits will do.

    Attributes:
        sessions: whose they are, n of them.
        steps: how often each visit takes each :class:`Step`, shape (n, steps).
        category: the category visited, shape (n,).
        aside: the other category looked at in passing, shape (n,).
        focus: the product looked at last, -1 for any, shape (n,).
        lines: products put in the cart, in order, shape (n, LINES).
        quantity: pieces of each line as a cart row says, 0 for nothing said, shape (n, LINES).
        pieces: the same as an order says, shape (n, LINES).
        dropped: lines removed, in order, shape (n, LINES).
        bought: lines bought or refunded, in order, shape (n, LINES).
        order: number of the order, shape (n,).
    """

    sessions: Sessions
    steps: Small
    category: Codes
    aside: Codes
    focus: Codes
    lines: Codes
    quantity: Small
    pieces: Small
    dropped: Small
    bought: Small
    order: Ints


def rows(visits: Visits, shelf: Codes, rng: np.random.Generator, number: int) -> tuple[Rows, Ints]:
    """Lays visits out as rows, visit by visit, each in the order of its steps.

    Args:
        visits: n visits.
        shelf: products by popularity, (categories, SHELF).
        rng: for products looked at and for pauses.
        number: the first row's number; the others follow.

    Returns:
        The rows, and each row's :class:`Step`.
    """
    count = visits.steps.ravel().astype(np.int64)
    cell = np.repeat(np.arange(len(count), dtype=np.int32), count)
    session, step = np.divmod(cell, np.int32(len(Step)))
    nth = np.arange(len(cell)) - (np.cumsum(count) - count)[cell]
    product = _looked_at(visits, shelf, rng, session, step, nth)
    quantity = np.zeros(len(cell), np.int8)
    kind = KIND[step]
    _fill_lines(visits, session, step, nth, product, quantity, kind)
    has_order = (step == Step.BUY) | (step == Step.REFUND)
    login = visits.sessions.login[session]
    return Rows(
        _times(visits.sessions.start, rng, session, step, nth),
        session,
        kind,
        product,
        quantity,
        _paths(len(shelf), visits.category, session, step, kind, product),
        np.where(has_order, visits.order[session], -1),
        (login == Login.ALWAYS) | ((login == Login.CHECKOUT) & (step >= Step.IDENTIFY)),
        number + np.arange(len(cell)),
        np.zeros(len(cell), bool),
    ), step.astype(np.int64)


def _looked_at(visits: Visits, shelf: Codes, rng: np.random.Generator, session: Codes, step: Codes, nth: Ints) -> Codes:
    """The product of each view; -1 elsewhere."""
    viewed = (step == Step.ASIDE) | (step == Step.LOOK) | (step == Step.AFTER)
    category = np.where(step == Step.ASIDE, visits.aside[session], visits.category[session])
    product = shelf.ravel()[category * SHELF + (words(rng, len(step)) >> 2)]
    same = viewed & (nth > 0) & chance(rng, len(step), 0.15)
    last = np.maximum.accumulate(np.where(same, 0, np.arange(len(step))))
    product = np.where(viewed, product[last], np.int32(-1))
    final = np.flatnonzero((step == Step.LOOK) & (nth == visits.steps[:, Step.LOOK][session] - 1))
    product[final] = np.where(visits.focus[session[final]] >= 0, visits.focus[session[final]], product[final])
    return product


def _fill_lines(
    visits: Visits, session: Codes, step: Codes, nth: Ints, product: Codes, quantity: Small, kind: Small
) -> None:
    """Sets product, quantity and kind of the rows about cart lines."""
    rows = np.flatnonzero((step >= Step.ADD) & (step != Step.AFTER))
    visit, what, place = session[rows], step[rows], nth[rows]
    line = np.where(what == Step.MORE, 1 + place // 2, 0)
    line = np.where(what == Step.DROP, visits.dropped[visit, place % LINES], line)
    line = np.where((what == Step.BUY) | (what == Step.REFUND), visits.bought[visit, place % LINES], line)
    kind[rows[(what == Step.MORE) & (place % 2 == 1)]] = CART
    about = np.isin(kind[rows], (VIEW, CART, REMOVE, PURCHASE, REFUNDED))
    rows, visit, line = rows[about], visit[about], line[about]
    product[rows] = visits.lines[visit, line]
    added = (kind[rows] == CART) & (step[rows] != Step.AGAIN)
    ordered = np.isin(kind[rows], (PURCHASE, REFUNDED))
    said = [visits.quantity[visit, line], visits.pieces[visit, line]]
    quantity[rows] = np.select([added, ordered], said, 0)


def _paths(categories: int, category: Codes, session: Codes, step: Codes, kind: Small, product: Codes) -> Codes:
    path = _PAGE[step].astype(np.int32)
    path = np.where(step == Step.LISTING, len(PAGES) + category[session], path)
    at_product = (kind == VIEW) | (kind == CART)
    return np.where(at_product, len(PAGES) + categories + product, path).astype(np.int32)


def _times(start: Ints, rng: np.random.Generator, session: Codes, step: Codes, nth: Ints) -> Ints:
    """Starts plus pauses; the lines of one order share one instant, all else is more than a second apart."""
    pause = _PAUSE[words(rng, len(step))]
    pause >>= _HASTE[step]
    np.maximum(pause, 1_200_000, out=pause)
    first = np.flatnonzero(np.diff(session, prepend=-1))
    pause[first] = 0
    pause[((step == Step.BUY) | (step == Step.REFUND)) & (nth > 0)] = 0
    elapsed = np.cumsum(pause)
    return np.asarray(start[session] + elapsed - elapsed[first].repeat(np.diff(first, append=len(step))))


def _pause(place: Reals) -> Reals:
    """Log-logistic about 21 seconds: one pause in 20 is longer than two minutes."""
    return np.clip(21 * SECOND * (place / (1 - place)) ** 0.62, 1.3 * SECOND, 18 * MINUTE)


_PAUSE: npt.NDArray[np.int64] = quantiles(_pause).astype(np.int64)
_HASTE = np.array([int(step in (Step.ADD, Step.AGAIN, Step.DROP, Step.IDENTIFY)) for step in Step])
