"""The shoppers: all journeys that begin on one day, planned to their end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from footfall.simulate.browsing import CART, DIRECT, Browsing, browse
from footfall.simulate.carts import NEVER, PIECES, REFUND, SECOND_VISIT, SOLD, WAIT, Fate, Intent, come_back, intend
from footfall.simulate.catalogue import Standing
from footfall.simulate.days import HOUR, SECOND, WEEK_HOURS, Day
from footfall.simulate.draws import Codes, Flags, Ints, Reals, chance, generator, summed, words
from footfall.simulate.journeys import Carts, chosen, first_visits, refunds, returns, second_visits
from footfall.simulate.people import Sessions, numbers
from footfall.simulate.visits import Rows, Step, Visits, rows
from footfall.simulate.world import World

REFUNDS = 0.04
"""Share of orders sent back."""

TWICE = 0.001
"""Share of rows sent twice, whole."""

STUCK = 0.0015
"""Share of carts whose first row is sent dozens of times within one second."""

SALES = CART * SOLD * PIECES + DIRECT
"""Pieces sold, in the end, for each visit of a pull of 1."""

PAGE_STEPS = (Step.HOME, Step.LISTING, Step.BASKET, Step.CHECKOUT, Step.IDENTIFY, Step.ACCOUNT, Step.REFUND)
ACTS = (Step.ADD, Step.AGAIN, Step.MORE, Step.DROP)


@dataclass(frozen=True, slots=True)
class CartLog:
    """The carts begun on a day, shape (n,) each; times are UTC microseconds, money in minor units.

    Attributes:
        key: number of the session that began it.
        device: of its owner.
        cookie: whether the device keeps an anonymous id.
        category: of its products.
        fate: what was planned, a :class:`~footfall.simulate.carts.Fate`.
        started: first add.
        settled: last activity of the first visit, a purchase apart.
        touched: activity of a second visit, NEVER without one.
        closed: when it was bought or emptied, NEVER if lost.
        first_worth: of what it held after the first visit.
        worth: of what it held before it was closed.
        left: of what remained after a partial purchase.
        stuck: whether its first row was sent dozens of times.
    """

    key: Ints
    device: Ints
    cookie: Flags
    category: Codes
    fate: Ints
    started: Ints
    settled: Ints
    touched: Ints
    closed: Ints
    first_worth: Ints
    worth: Ints
    left: Ints
    stuck: Flags


@dataclass(frozen=True, slots=True)
class Plan:
    """The journeys that begin on a day.

    Attributes:
        sessions: their visits.
        rows: their events, on that day and later, in no order of time.
        carts: what becomes of their carts.
        lost: money not taken because a brand is weak in a category, expected, in minor units, shape (pairs,).
    """

    sessions: Sessions
    rows: Rows
    carts: CartLog
    lost: Reals


@dataclass(slots=True)
class _Journal:
    """Lays visits out and keeps them; visits and rows are numbered as they come."""

    world: World
    day: Day
    sessions: list[Sessions] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    visits: int = 0
    events: int = 0

    def rng(self, block: int) -> np.random.Generator:
        return generator(self.world.store.seed, 11, self.day.index, block)

    def keys(self, count: int) -> Ints:
        return numbers(self.world.store, self.day.index, self.visits + np.arange(count))

    def add(self, visits: Visits) -> tuple[Rows, Ints]:
        """Lays out visits; the rows returned name sessions by their place in ``visits``."""
        if not self.world.store.pages:
            visits.steps[:, PAGE_STEPS] = 0
        rng = self.rng(100 + len(self.rows))
        made, step = rows(visits, self.world.shelf(self.day.week), rng, (self.day.index << 32) + self.events)
        self.rows.append(replace(made, session=made.session + np.int32(self.visits)))
        self.sessions.append(visits.sessions)
        self.visits += len(visits.sessions.key)
        self.events += len(made.time)
        return made, step

    def later(self, rng: np.random.Generator, category: Codes, after: Ints, wait: tuple[int, int]) -> Ints:
        hour = (self.day.hour_of_week[0] + (after - self.day.start) // HOUR) % WEEK_HOURS
        return come_back(rng, self.world.clock, category, hour, after, wait)


def plan(world: World, day: Day) -> Plan:
    """Plans all journeys that begin on a day."""
    journal = _Journal(world, day)
    browsing = browse(world, day)
    began = browsing.carts
    shelf, pull = world.shelf(day.week), world.catalogue.pull
    intent = intend(journal.rng(0), browsing.focus[began], browsing.category[began], shelf, pull)
    sessions = browsing.sessions
    sessions.cookie[began] |= intent.second | intent.returns
    first = first_visits(browsing, intent, journal.rng(1))
    made, step = journal.add(first)
    visits = len(sessions.key)
    carts = Carts(sessions.take(began), browsing.category[began], intent)
    log = _log(world, carts, *(value[began] for value in _moments(made, step, visits)))
    orders = [(first, _moments(made, step, visits, (Step.BUY,))[1])]
    log = _second(journal, carts, log)
    log = _return(journal, carts, log, began, orders)
    _refund(journal, orders)
    log = _stick(journal, log, made, step, began)
    every = journal.rows[0].join(*journal.rows[1:])
    twice = every.take(np.flatnonzero(chance(journal.rng(6), len(every.time), TWICE)))
    every = every.join(replace(twice, copy=np.ones(len(twice.time), bool)))
    return Plan(journal.sessions[0].join(*journal.sessions[1:]), every, log, _lost(world, browsing))


def _moments(made: Rows, step: Ints, visits: int, acts: tuple[Step, ...] = ACTS) -> tuple[Ints, Ints]:
    """First and last time of some steps in each visit, NEVER where it takes none."""
    taken = np.isin(np.arange(len(Step)), acts)
    rows = np.flatnonzero(taken[step])
    first, last = np.full(visits, NEVER), np.full(visits, NEVER)
    last[made.session[rows]] = made.time[rows]
    first[made.session[rows[::-1]]] = made.time[rows[::-1]]
    return first, last


def _log(world: World, carts: Carts, started: Ints, settled: Ints) -> CartLog:
    intent = carts.intent
    price = world.catalogue.price[intent.lines] * intent.pieces()
    kept, bought = intent.kept(), intent.bought()
    worth = (price * kept).sum(axis=1)
    never = np.full(len(started), NEVER)
    return CartLog(
        carts.sessions.key,
        carts.sessions.device,
        carts.sessions.cookie,
        carts.category,
        intent.fate.astype(np.int64),
        started,
        settled,
        never,
        np.where((intent.fate == Fate.EMPTIED) & ~intent.second, settled, NEVER),
        (price * intent.held).sum(axis=1),
        worth,
        np.where(intent.fate == Fate.PARTIAL, worth - (price * bought).sum(axis=1), 0),
        np.zeros(len(started), bool),
    )


def _of(carts: Carts, index: Ints) -> Carts:
    parts = (getattr(carts.intent, name)[index] for name in Intent.__slots__)
    return Carts(carts.sessions.take(index), carts.category[index], Intent(*parts))


def _second(journal: _Journal, carts: Carts, log: CartLog) -> CartLog:
    index = np.flatnonzero(carts.intent.second)
    mine, rng = _of(carts, index), journal.rng(2)
    start = journal.later(rng, mine.category, log.settled[index], SECOND_VISIT)
    visits = second_visits(mine, start, journal.keys(len(index)), rng)
    _, last = _moments(*journal.add(visits), len(index))
    touched, closed = log.touched.copy(), log.closed.copy()
    touched[index] = last
    emptied = mine.intent.fate == Fate.EMPTIED
    closed[index[emptied]] = last[emptied]
    return replace(log, touched=touched, closed=closed)


def _return(journal: _Journal, carts: Carts, log: CartLog, began: Ints, orders: list[tuple[Visits, Ints]]) -> CartLog:
    closed = log.closed.copy()
    here = np.isin(carts.intent.fate, (Fate.BOUGHT, Fate.PARTIAL)) & ~carts.intent.returns
    closed[here] = orders[0][1][began[here]]
    index = np.flatnonzero(carts.intent.returns)
    mine, rng = _of(carts, index), journal.rng(3)
    last = np.where(log.touched[index] < NEVER, log.touched[index], log.settled[index])
    start = np.zeros(len(index), np.int64)
    for fate, wait in WAIT.items():
        some = np.flatnonzero(mine.intent.fate == fate)
        start[some] = journal.later(rng, mine.category[some], last[some], wait)
    visits = returns(mine, start, journal.keys(len(index)), rng)
    bought = _moments(*journal.add(visits), len(index), (Step.BUY,))[1]
    orders.append((visits, bought))
    closed[index] = bought
    return replace(log, closed=closed)


def _refund(journal: _Journal, orders: list[tuple[Visits, Ints]]) -> None:
    for block, (visits, bought) in enumerate(orders):
        rng = journal.rng(20 + block)
        index = np.flatnonzero((bought < NEVER) & visits.sessions.cookie)
        index = index[chance(rng, len(index), REFUNDS * journal.world.store.pages)]
        mine = chosen(visits, index)
        start = journal.later(rng, mine.category, bought[index], REFUND)
        journal.add(refunds(mine, start, journal.keys(len(index)), rng))


def _stick(journal: _Journal, log: CartLog, made: Rows, step: Ints, began: Ints) -> CartLog:
    """A few clients send a cart's first row dozens of times within its second."""
    rng = journal.rng(5)
    stuck = chance(rng, len(began), STUCK)
    row = np.flatnonzero(step == Step.ADD)[stuck]
    times = (12 + words(rng, len(row)) % 67).astype(np.int64)
    copies = made.take(np.repeat(row, times))
    nth = np.arange(len(copies.time)) - np.repeat(np.cumsum(times) - times, times) + 1
    rest = SECOND - 1 - copies.time % SECOND
    number = (journal.day.index << 32) + journal.events + np.arange(len(copies.time))
    time = copies.time + rest * nth // np.repeat(times, times)
    journal.rows.append(replace(copies, time=time, number=number))
    return replace(log, stuck=stuck)


def _lost(world: World, browsing: Browsing) -> Reals:
    """What each weak pair would have taken in the day, had it been bought as readily as its peers."""
    catalogue = world.catalogue
    pair = catalogue.pair[browsing.focus]
    mine = np.flatnonzero(catalogue.standing[pair] == Standing.WEAK)
    pair, focus = pair[mine], browsing.focus[mine]
    fair = browsing.pull[mine] / catalogue.relative[pair]
    return summed(pair, (fair - browsing.pull[mine]) * SALES * catalogue.price[focus], len(catalogue.relative))
