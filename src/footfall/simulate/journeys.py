"""The visits of a journey: the first, the second look at a cart, the return to buy, the goods sent back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from footfall.simulate.browsing import SECOND_DEVICE, Browsing
from footfall.simulate.carts import Fate, Intent, listed
from footfall.simulate.draws import Codes, Flags, Ints, Small, chance, words
from footfall.simulate.names import CART_REMINDER
from footfall.simulate.people import Login, Sessions
from footfall.simulate.visits import LINES, Step, Visits


@dataclass(frozen=True, slots=True)
class Carts:
    """The carts begun on a day: their owners' first visits and their plans, shape (n,) each."""

    sessions: Sessions
    category: Codes
    intent: Intent


def first_visits(browsing: Browsing, intent: Intent, rng: np.random.Generator) -> Visits:
    """The visits that begin on a day, those with a cart as planned."""
    sessions = browsing.sessions
    n = len(sessions.key)
    steps = _steps(n)
    steps[:, Step.HOME] = chance(rng, n, 0.26)
    steps[:, Step.LISTING] = chance(rng, n, 0.3)
    steps[:, Step.ASIDE], steps[:, Step.LOOK] = browsing.glances, browsing.looks
    lines, quantity = np.full((n, LINES), -1, np.int32), np.zeros((n, LINES), np.int8)
    lines[:, 0] = browsing.focus
    pieces, dropped, bought = (np.zeros((n, LINES), np.int8) for _ in range(3))
    carts = browsing.carts
    lines[carts], quantity[carts], pieces[carts] = intent.lines, intent.quantity, intent.ordered()
    dropped[carts], bought[carts] = listed(intent.removed), listed(intent.bought())
    steps[carts] += _cart_steps(intent, rng)
    steps[browsing.direct, Step.CHECKOUT] = steps[browsing.direct, Step.BUY] = 1
    steps[:, Step.IDENTIFY] = steps[:, Step.CHECKOUT] * (sessions.login == Login.CHECKOUT)
    return Visits(
        sessions,
        steps,
        browsing.category,
        browsing.aside,
        browsing.focus,
        lines,
        quantity,
        pieces,
        dropped,
        bought,
        sessions.key,
    )


def _cart_steps(intent: Intent, rng: np.random.Generator) -> Small:
    """What a first visit does about its cart."""
    n = len(intent.fate)
    steps = _steps(n)
    present = intent.lines[:, : LINES - 1] >= 0
    buys = np.isin(intent.fate, (Fate.BOUGHT, Fate.PARTIAL)) & ~intent.returns
    looks_in = chance(rng, n, 0.35)
    steps[:, Step.ADD], steps[:, Step.AGAIN] = 1, intent.again
    steps[:, Step.MORE] = 2 * (present.sum(axis=1) - 1)
    steps[:, Step.AFTER] = np.where(chance(rng, n, 0.45) & ~buys, 1 + words(rng, n) % 3, 0)
    steps[:, Step.DROP] = intent.removed.sum(axis=1)
    steps[:, Step.BASKET] = looks_in | buys
    steps[:, Step.CHECKOUT] = buys | (looks_in & chance(rng, n, 0.4) & (intent.fate != Fate.EMPTIED))
    steps[:, Step.BUY] = intent.bought().sum(axis=1) * buys
    return steps


def second_visits(carts: Carts, start: Ints, key: Ints, rng: np.random.Generator) -> Visits:
    """Visits that add a line to a cart or, where the plan says so, empty it."""
    intent, n = carts.intent, len(start)
    emptied = intent.fate == Fate.EMPTIED
    order = np.where(emptied[:, None], np.arange(LINES), np.roll(np.arange(LINES), 1))
    lines = np.take_along_axis(intent.lines, order, axis=1)
    quantity = np.take_along_axis(intent.quantity, order, axis=1)
    steps = _steps(n)
    steps[:, Step.HOME] = chance(rng, n, 0.2)
    steps[:, Step.LOOK], steps[:, Step.ADD] = 1, ~emptied
    steps[:, Step.DROP] = np.where(emptied, intent.held.sum(axis=1), 0)
    steps[:, Step.BASKET] = emptied
    return _again(carts, start, key, rng, steps, lines, quantity, listed(intent.held))


def returns(carts: Carts, start: Ints, key: Ints, rng: np.random.Generator) -> Visits:
    """Visits that buy what an earlier visit left in the cart."""
    intent, n = carts.intent, len(start)
    bought = intent.bought()
    steps = _steps(n)
    steps[:, Step.HOME] = chance(rng, n, 0.15)
    steps[:, Step.LOOK] = steps[:, Step.BASKET] = steps[:, Step.CHECKOUT] = 1
    steps[:, Step.IDENTIFY] = carts.sessions.login == Login.CHECKOUT
    steps[:, Step.BUY] = bought.sum(axis=1)
    visits = _again(carts, start, key, rng, steps, intent.lines, intent.quantity, listed(bought))
    reminded = (intent.fate == Fate.RECOVERED) & chance(rng, n, 0.5)
    channel = np.where(reminded, CART_REMINDER, visits.sessions.channel).astype(np.int8)
    return replace(visits, sessions=replace(visits.sessions, channel=channel))


def refunds(orders: Visits, start: Ints, key: Ints, rng: np.random.Generator) -> Visits:
    """Visits in which whole orders are sent back."""
    steps = _steps(len(start))
    steps[:, Step.ACCOUNT], steps[:, Step.REFUND] = 1, orders.steps[:, Step.BUY]
    return replace(orders, sessions=_same_people(orders.sessions, start, key, rng), steps=steps)


def chosen(visits: Visits, index: Ints | Flags) -> Visits:
    """Some of the visits."""
    others = (getattr(visits, name) for name in Visits.__slots__[1:])
    return Visits(visits.sessions.take(index), *(value[index] for value in others))


def _again(
    carts: Carts,
    start: Ints,
    key: Ints,
    rng: np.random.Generator,
    steps: Small,
    lines: Codes,
    quantity: Small,
    listed_lines: Small,
) -> Visits:
    """Visits of people who came before; the product looked at is the first line."""
    sessions = _same_people(carts.sessions, start, key, rng)
    category = carts.category
    return Visits(
        sessions,
        steps,
        category,
        category,
        lines[:, 0],
        lines,
        quantity,
        carts.intent.ordered(),
        listed_lines,
        listed_lines,
        key,
    )


def _same_people(sessions: Sessions, start: Ints, key: Ints, rng: np.random.Generator) -> Sessions:
    """New sessions of the same people, now and then on a second device, mostly typing the address."""
    n = len(key)
    second = chance(rng, n, SECOND_DEVICE) & (sessions.login == Login.ALWAYS)
    device = np.where(second, sessions.device ^ 1, sessions.device)
    channel = np.where(chance(rng, n, 0.6), 0, sessions.channel).astype(np.int8)
    return replace(sessions, key=key, device=device, channel=channel, start=start)


def _steps(n: int) -> Small:
    return np.zeros((n, len(Step)), dtype=np.int8)
