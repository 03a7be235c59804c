"""Suspects looked at event by event: their exact numbers, and for those found the rule's own text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from footfall.detect.compile import WINDOW_END
from footfall.detect.relation import SCHEMA
from footfall.detect.windows.bounds import ANY, Range, possible
from footfall.detect.windows.names import mixed
from footfall.detect.windows.plan import Measure, Plan
from footfall.detect.windows.store import NULL, Array, Store
from footfall.detect.windows.tally import Suspects, gap_values

_ABOUT = 4_000_000
"""Rows handed to DuckDB at once."""


@dataclass(slots=True)
class Pairs:
    """Keys and windows, and the rows of each: ``rows[first:last]``, in order of time.

    Attributes:
        plan: whose.
        keys: ids.
        ends: of the windows, exclusive.
        first: into ``rows``.
        last: into ``rows``, exclusive.
        rows: of the store; those after its end are pending ones.
    """

    plan: Plan
    keys: Array
    ends: Array
    first: Array
    last: Array
    rows: Array

    def only(self, chosen: Array) -> Pairs:
        """Some of them."""
        return Pairs(self.plan, self.keys[chosen], self.ends[chosen], self.first[chosen], self.last[chosen], self.rows)

    def spread(self) -> tuple[Array, Array]:
        """For each row of each pair: its place in ``rows``, and the pair's."""
        counts = self.last - self.first
        pairs = np.repeat(np.arange(len(counts)), counts)
        starts = np.cumsum(counts) - counts
        return np.arange(len(pairs)) + (self.first - starts)[pairs], pairs


def looked_at(store: Store, key: str, suspects: Suspects, pending: bool = False) -> Pairs:
    """The suspects that are found by their exact numbers, as far as those say it all."""
    plan = suspects.plan
    pairs, ranks = _gathered(store, key, suspects, pending)
    for kind in (_Numbers, _Distincts):
        if not len(pairs.keys):
            break
        pairs = pairs.only(possible(plan.conjuncts, len(pairs.keys), kind(store, pairs, ranks)))
    return pairs


def told(connection: duckdb.DuckDBPyConnection, store: Store, plan: Plan, parts: Sequence[Pairs]) -> pa.Table | None:
    """What the rule's text says of some pairs; None where it finds nothing."""
    parts = [part for part in parts if len(part.keys)]
    if not parts:
        return None
    spreads = [(part, *part.spread()) for part in parts]
    rows = np.concatenate([part.rows[places] for part, places, _ in spreads])
    ends = np.concatenate([part.ends[pairs] for part, _, pairs in spreads])
    connection.register("pairs", _table(store, plan, rows, ends))
    found = connection.sql(plan.sql).to_arrow_table()
    for place, name in enumerate(plan.watch.key):
        if name in plan.names:
            found = found.set_column(place, name, store.names[name].decoded(found[name].to_numpy()).cast(pa.string()))
    return found if len(found) else None


def _table(store: Store, plan: Plan, rows: Array, ends: Array) -> pa.Table:
    taken = store.take(rows, (*plan.texts, *plan.names, *plan.numbers))
    columns = {name: store.names[name].decoded(taken[name]) for name in plan.texts}
    columns |= {name: pa.array(taken[name], mask=taken[name] < 0) for name in plan.names}
    columns |= {name: pa.array(taken[name], SCHEMA.field(name).type, mask=taken[name] == NULL) for name in plan.numbers}
    return pa.table({**columns, WINDOW_END: pa.array(ends, pa.int64())})


def _gathered(store: Store, key: str, suspects: Suspects, pending: bool) -> tuple[Pairs, Array]:
    """Every suspect and window that holds an event, and each row's key among the suspects."""
    plan, ends = suspects.plan, suspects.ends
    since, until = int(ends[0]) - plan.watch.size, int(ends[-1])
    closed = store.between(since, until)
    ranks, found = _ranked(store, key, suspects, store, closed)
    rows, times = found + closed.start, store.times[found + closed.start]
    if pending:
        waiting = store.pending()
        more, place = _ranked(store, key, suspects, waiting, slice(None))
        inside = (waiting["event_time"][place] >= since) & (waiting["event_time"][place] < until)
        ranks, rows = np.concatenate([ranks, more[inside]]), np.concatenate([rows, place[inside] + len(store)])
        times = np.concatenate([times, waiting["event_time"][place[inside]]])
    span = until - since + 1
    codes = ranks * span + (times - since)
    order = np.argsort(codes, kind="stable")
    codes, rows, ranks = codes[order], rows[order], ranks[order]
    starts = np.arange(len(suspects.keys))[:, None] * span - since
    last = np.searchsorted(codes, (starts + ends).ravel())
    first = np.searchsorted(codes, (starts + np.maximum(ends - plan.watch.size, since)).ravel())
    held = np.flatnonzero(last > first)
    keys, ends = np.repeat(suspects.keys, len(ends))[held], np.tile(ends, len(suspects.keys))[held]
    return Pairs(plan, keys, ends, first[held], last[held], rows), ranks


def _ranked(store: Store, key: str, suspects: Suspects, values: object, where: slice) -> tuple[Array, Array]:
    """For the rows of suspects: the place of each one's key among them, and the row within ``where``."""
    columns = [values[name][where] for name in suspects.plan.watch.key]  # type: ignore[index]
    if len(columns) == 1:
        ranks = np.full(len(store.names[key]) + 1, -1, np.int64)
        ranks[suspects.keys] = np.arange(len(suspects.keys))
        found = ranks[columns[0]]
        rows = np.flatnonzero(found >= 0)
        return found[rows], rows
    codes = store.pairs[suspects.plan.watch.key].codes[suspects.keys]
    small, wanted = [], []
    for name, column, code in zip(suspects.plan.watch.key, columns, codes.T, strict=True):
        values, places = np.unique(code, return_inverse=True)
        ranks = np.full(len(store.names[name]) + 1, -1, np.int64)
        ranks[values] = np.arange(len(values))
        small.append(ranks[column])
        wanted.append(places)
    rows = np.flatnonzero(np.all([part >= 0 for part in small], axis=0))
    size = len(rows)
    mine = mixed([np.concatenate([part[rows], places]) for part, places in zip(small, wanted, strict=True)])
    order = np.argsort(mine[size:])
    place = np.minimum(np.searchsorted(mine[size:], mine[:size], sorter=order), len(order) - 1)
    found = order[place]
    hit = mine[size:][found] == mine[:size]
    return found[hit], rows[hit]


class _Numbers:
    """What adds up, exactly; distinct counts between bounds."""

    def __init__(self, store: Store, pairs: Pairs, ranks: Array) -> None:
        self._store, self._pairs, self._ranks = store, pairs, ranks
        names = ["event_time", *(f"#{word}" for word in range(store.words))]
        names += [f"${measure.value}" for measure in pairs.plan.measures if measure.value >= 0]
        names += [distinct.column for distinct in pairs.plan.distincts]
        self._taken = store.take(pairs.rows, names)
        self._known: dict[str, Range] = {}

    def __call__(self, name: str, rows: Array) -> Range:
        if name not in self._known:
            self._known[name] = self._range(name)
        low, high = self._known[name]
        return (low, high) if np.ndim(low) == 0 else (low[rows], high[rows])

    def _range(self, name: str) -> Range:
        plan = self._pairs.plan
        if name[0] == "m":
            total = self._total(plan.measures[int(name[1:])])
            return total, total
        return self._distinct(int(name[1:])) if name[0] == "d" else ANY

    def _distinct(self, place: int) -> Range:
        total = self._total(self._pairs.plan.measures[self._pairs.plan.distincts[place].measure])
        return np.minimum(total, 1.0), total

    def _total(self, measure: Measure) -> Array:
        first, last = self._pairs.first, self._pairs.last
        if measure.gap is not None:
            first, amounts = self._second(), self._gaps(measure)
        elif measure.value >= 0:
            amounts = np.where(self._passing(measure.flag), self._taken[f"${measure.value}"], 0)
        else:
            amounts = self._passing(measure.flag).astype(np.int64)
        sums = np.concatenate([[0], np.cumsum(amounts)])
        return np.asarray(sums[last] - sums[np.minimum(first, last)], np.float64)

    def _passing(self, flag: int) -> Array:
        return self._store.flags(flag, self._taken)

    def _second(self) -> Array:
        """For each pair the row after the first of its chain: the gap before that one began outside the window."""
        chained = np.append(np.flatnonzero(self._passing(self._pairs.plan.chain)), len(self._ranks))
        return np.asarray(chained[np.searchsorted(chained, self._pairs.first)] + 1)

    def _gaps(self, measure: Measure) -> Array:
        """What each row adds by the gap before it."""
        chained = np.flatnonzero(self._passing(self._pairs.plan.chain))
        amounts = np.zeros(len(self._ranks), np.int64)
        times, ranks = self._taken["event_time"][chained], self._ranks[chained]
        follows = ranks[1:] == ranks[:-1]
        later = chained[1:][follows]
        values = gap_values(measure, times[:-1][follows], times[1:][follows])
        amounts[later] = np.where(self._passing(measure.flag)[later], values, 0)
        return amounts


class _Distincts(_Numbers):
    """Distinct counts exactly, too."""

    def _distinct(self, place: int) -> Range:
        column, measure = self._pairs.plan.distincts[place]
        values = self._taken[column].astype(np.int64)
        passing = np.flatnonzero(self._passing(self._pairs.plan.measures[measure].flag) & (values >= 0))
        order = passing[np.lexsort((passing, values[passing], self._ranks[passing]))]
        same = (values[order][1:] == values[order][:-1]) & (self._ranks[order][1:] == self._ranks[order][:-1])
        before = np.full(len(values), np.iinfo(np.int64).max)
        before[order] = np.where(np.append(False, same), np.append(-1, order[:-1]), -1)
        places, pairs = self._pairs.spread()
        fresh = before[places] < self._pairs.first[pairs]
        counts = np.bincount(pairs[fresh], minlength=len(self._pairs.keys)).astype(np.float64)
        return counts, counts
