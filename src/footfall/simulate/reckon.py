"""Reckons the truth of a store from its plans: carts, cells, brands, days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.simulate import people
from footfall.simulate.carts import Fate
from footfall.simulate.catalogue import Catalogue, Standing
from footfall.simulate.cells import expected
from footfall.simulate.days import HOUR, SECOND
from footfall.simulate.draws import Flags, Ints, Reals, summed
from footfall.simulate.interest import PLANTED
from footfall.simulate.people import Login
from footfall.simulate.shoppers import CartLog
from footfall.simulate.store import Population
from footfall.simulate.tally import Tally
from footfall.simulate.truth import BRANDS, CARTS, CELLS, SOURCES, TIME, Truth
from footfall.simulate.world import World

ABANDON = 24 * HOUR
RECOVER = 7 * 24 * HOUR
PROVISIONAL_DAYS = 8

STATES = ("open", "abandoned", "recovered", "lost", "bought", "partial", "emptied")
GIVEN_UP = ("abandoned", "recovered", "lost", "partial")
INTENDED = ("bought", "bought", "recovered", "lost", "partial", "emptied")
"""What each :class:`~footfall.simulate.carts.Fate` comes to, given time."""

HIDDEN = 0.6
"""A hidden gem has less than this share of the views that its share of the range would give it."""

WEAK = 0.8
FADING_WEEKS = 4


@dataclass(slots=True)
class Ledger:
    """Collects, day by day, what the truth is reckoned from."""

    world: World
    carts: list[CartLog] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    lost: Reals = field(default_factory=lambda: np.zeros(0))

    def add(self, carts: CartLog, lost: Reals, tally: Tally) -> None:
        """Takes one day."""
        self.carts.append(carts)
        self.tallies.append(tally)
        self.lost = lost if not len(self.lost) else self.lost + lost

    def truth(self, others: Sequence[Population] = ()) -> Truth:
        """What is true of the whole period."""
        log = CartLog(*(np.concatenate([getattr(day, name) for day in self.carts]) for name in CartLog.__slots__))
        log = CartLog(*(getattr(log, name)[log.started < self.world.until] for name in CartLog.__slots__))
        carts = _carts(self.world, log)
        settled = carts.filter(pc.invert(carts["provisional"]))
        return Truth(
            store=self.world.store,
            until=datetime.fromtimestamp(self.world.until / SECOND, UTC),
            cart_states={state: Counter(carts["state"].to_pylist())[state] for state in STATES},
            abandoned_cart_rate=_rate(carts),
            settled_cart_rate=_rate(settled),
            carts=carts,
            cells=_cells(self.world),
            brands=_brands(self.world.catalogue, self.world.days[-1].week, self.lost),
            days=pa.Table.from_pylist([asdict(tally) for tally in self.tallies]),
            sources=pa.concat_tables([_stuck(self.world, log), *(other.sources() for other in others)]),
        )


def cart_states(log: CartLog, until: int) -> tuple[npt.NDArray[np.int64], Ints]:
    """The state of each cart at an instant, by the definitions' timing.

    Args:
        log: carts begun before ``until``.
        until: UTC microseconds.

    Returns:
        Index into STATES, and the time of the last activity before ``until``.
    """
    closed = log.closed < until
    last = np.where(log.touched < until, log.touched, log.settled)
    idle = until - last
    state = np.select([idle < ABANDON, idle < ABANDON + RECOVER], [0, 1], 3)
    state = np.where(closed & (log.fate <= Fate.LATER), 4, state)
    state = np.where(closed & (log.fate == Fate.RECOVERED), 2, state)
    parted = closed & (log.fate == Fate.PARTIAL)
    state = np.where(parted, np.where(until - log.closed >= ABANDON, 5, 0), state)
    state = np.where(closed & (log.fate == Fate.EMPTIED), 6, state)
    return state, np.minimum(np.where(closed, np.maximum(log.closed, last), last), until - 1)


def _carts(world: World, log: CartLog) -> pa.Table:
    state, last = cart_states(log, world.until)
    whose = _owners(world, log)
    starts = np.array([day.start for day in world.days])
    place = np.searchsorted(starts, log.started, side="right") - 1
    dates = np.array([day.date for day in world.days], dtype="datetime64[D]")
    touched = log.touched < world.until
    worth = np.where(touched, log.worth, log.first_worth)
    over = np.isin(state, (2, 4, 6))
    parted = (log.fate == Fate.PARTIAL) & (log.closed < world.until)
    columns = {
        **whose,
        "category": pa.array(world.catalogue.keys()).take(pa.array(log.category)),
        "day": pa.array(dates[place]),
        "started": _times(log.started),
        "last_activity": _times(last),
        "closed": _times(log.closed, log.closed >= world.until),
        "intended": _texts(INTENDED, log.fate),
        "state": _texts(STATES, state),
        "provisional": pa.array(place >= len(world.days) - PROVISIONAL_DAYS),
        "worth": pa.array(worth),
        "at_stake": pa.array(np.where(over, 0, np.where(parted, log.left, worth))),
    }
    return pa.Table.from_arrays([columns[name].cast(CARTS.field(name).type) for name in CARTS.names], schema=CARTS)


def _owners(world: World, log: CartLog) -> dict[str, pa.Array]:
    store, person = world.store, log.device // 2
    numbers = people.user_ids(person)
    login, _ = people.habits(store, person)
    return {
        "person": numbers,
        "user_id": pc.if_else(pa.array(login != Login.NEVER), numbers, None),
        "anon_id": pc.if_else(pa.array(log.cookie), people.anonymous_ids(store, log.device), None),
        "user_session": people.session_ids(store, log.key),
    }


def _times(micros: Ints, missing: Flags | None = None) -> pa.Array:
    return pa.array(np.where(missing, 0, micros) if missing is not None else micros, mask=missing).cast(TIME)


def _texts(values: Sequence[str], place: Ints) -> pa.Array:
    return pa.array(values).take(pa.array(place))


def _rate(carts: pa.Table) -> float | None:
    count = Counter(carts["state"].to_pylist())
    given_up = sum(count[state] for state in GIVEN_UP)
    return given_up / (given_up + count["bought"]) if given_up + count["bought"] else None


def _cells(world: World) -> pa.Table:
    cell = expected(world)
    categories, hours = cell.lift.shape
    hour = np.tile(np.arange(hours), categories)
    fair = cell.buyers / np.maximum(cell.index, 1e-9)
    gain = np.where(cell.window, (fair - cell.buyers) * _mean_line(world.catalogue)[:, None], 0)
    columns = {
        "category": np.repeat(world.catalogue.keys(), hours),
        "hour_of_week": hour,
        "weekday": hour // 24 + 1,
        "hour": hour % 24,
        "planted": np.array(PLANTED)[world.interest.planted.ravel()],
        "window": cell.window.ravel(),
        "lift": cell.lift.ravel(),
        "conversion_index": cell.index.ravel(),
        "interest": cell.interest.ravel(),
        "buyers": cell.buyers.ravel(),
        "gain": np.rint(gain).astype(np.int64).ravel(),
    }
    return pa.table({name: pa.array(value) for name, value in columns.items()}).cast(CELLS)


def _mean_line(catalogue: Catalogue) -> Reals:
    """Average price of what is bought, by category."""
    bought = catalogue.popularity * catalogue.pull
    return summed(catalogue.category, bought * catalogue.price) / summed(catalogue.category, bought)


def _brands(catalogue: Catalogue, weeks: int, lost: Reals) -> pa.Table:
    pairs = len(catalogue.relative)
    products = np.bincount(catalogue.pair, minlength=pairs)
    range_share = products / np.bincount(catalogue.category)[catalogue.pair_category]
    views = np.mean([catalogue.weekly(week) for week in range(weeks + 1)], axis=0)
    view_share = summed(catalogue.pair, views, pairs)
    seen = view_share / range_share
    fading = (catalogue.standing == Standing.FADING) & (weeks >= FADING_WEEKS)
    hidden = (catalogue.relative >= 1) & (seen < HIDDEN)
    labels = np.select([catalogue.relative < WEAK, fading, hidden], ["fix", "fading", "promote"], "fine")
    columns = {
        "category": np.array(catalogue.keys())[catalogue.pair_category],
        "brand": [brand or "" for brand in catalogue.pair_brand],
        "label": labels,
        "products": products,
        "range_share": range_share,
        "view_share": view_share,
        "seen": seen,
        "conversion": catalogue.relative,
        "lost": np.rint(lost).astype(np.int64),
    }
    return pa.table({name: pa.array(value) for name, value in columns.items()}).cast(BRANDS)


def _stuck(world: World, log: CartLog) -> pa.Table:
    count = int(log.stuck.sum())
    columns = {
        "subject_kind": pa.array(["session"] * count, pa.string()),
        "subject": people.session_ids(world.store, log.key[log.stuck]),
        "label": pa.array(["person"] * count, pa.string()),
        "kind": pa.array(["stuck_cart"] * count, pa.string()),
        "since": _times(log.started[log.stuck]),
        "until": _times(log.started[log.stuck] + SECOND),
    }
    return pa.Table.from_arrays(list(columns.values()), schema=SOURCES)
