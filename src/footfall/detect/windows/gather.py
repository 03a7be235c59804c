"""The events of suspects: for each key and window the rows of the store, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa

from footfall.detect.relation import SCHEMA
from footfall.detect.windows.names import mixed
from footfall.detect.windows.plan import Plan
from footfall.detect.windows.store import Array, Store
from footfall.detect.windows.tally import Suspects


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
        owners: of each row, a number for its key.
    """

    plan: Plan
    keys: Array
    ends: Array
    first: Array
    last: Array
    rows: Array
    owners: Array

    def only(self, chosen: Array) -> Pairs:
        """Some of them."""
        keys, ends, first, last = (part[chosen] for part in (self.keys, self.ends, self.first, self.last))
        return Pairs(self.plan, keys, ends, first, last, self.rows, self.owners)

    def spread(self) -> tuple[Array, Array]:
        """For each row of each pair: its place in ``rows``, and the pair's."""
        counts = self.last - self.first
        pairs = np.repeat(np.arange(len(counts)), counts)
        starts = np.cumsum(counts) - counts
        return np.arange(len(pairs)) + (self.first - starts)[pairs], pairs


def gathered(store: Store, key: str, suspects: Suspects, pending: bool = False) -> Pairs:
    """Every suspect and window that holds an event that the watch reads."""
    plan, ends = suspects.plan, suspects.ends
    since, until = int(ends[0]) - plan.watch.size, int(ends[-1])
    rows, owners, codes = _rows(store, key, plan, suspects.keys, (since, until), pending, plan.where)
    starts = np.arange(len(suspects.keys))[:, None] * (until - since + 1) - since
    last = np.searchsorted(codes, (starts + ends).ravel())
    first = np.searchsorted(codes, (starts + np.maximum(ends - plan.watch.size, since)).ravel())
    held = np.flatnonzero(last > first)
    keys, ends = np.repeat(suspects.keys, len(ends))[held], np.tile(ends, len(suspects.keys))[held]
    return Pairs(plan, keys, ends, first[held], last[held], rows, owners)


class Shown:
    """All events of the pairs found; a column is read for all at once when it is first asked for."""

    def __init__(self, store: Store, key: str, pairs: Pairs, pending: bool) -> None:
        self._store, self._key, self._pairs, self._pending = store, key, pairs, pending
        found = zip(pairs.keys.tolist(), pairs.ends.tolist(), strict=True)
        self._places = {pair: place for place, pair in enumerate(found)}
        self._columns: dict[str, pa.Array] = {}

    def table(self, number: int, end: int, columns: tuple[str, ...]) -> pa.Table | None:
        """Some columns of the events of one pair, in order of time; None where it is none of them."""
        place = self._places.get((number, end))
        if place is None:
            return None
        rows, first, count = self._parts
        for name in columns:
            if name not in self._columns:
                self._columns[name] = self._store.column(rows, name)
        parts = [self._columns[name].slice(first[place], count[place]) for name in columns]
        return pa.Table.from_arrays(parts, schema=_schema(columns))

    @cached_property
    def _parts(self) -> tuple[Array, list[int], list[int]]:
        """The rows of all pairs; where each pair's begin, and how many they are."""
        plan, ends = self._pairs.plan, self._pairs.ends
        keys, ranks = np.unique(self._pairs.keys, return_inverse=True)
        since, until = int(ends.min()) - plan.watch.size, int(ends.max())
        rows, _, codes = _rows(self._store, self._key, plan, keys, (since, until), self._pending, 0)
        starts = ranks * (until - since + 1) - since
        first, last = np.searchsorted(codes, starts + ends - plan.watch.size), np.searchsorted(codes, starts + ends)
        shown = np.zeros(len(rows) + 1, np.int64)
        np.add.at(shown, first, 1)
        np.add.at(shown, last, -1)
        used = np.cumsum(shown[:-1]) > 0
        places = np.append(0, np.cumsum(used))
        return rows[used], places[first].tolist(), (last - first).tolist()


@lru_cache
def _schema(columns: tuple[str, ...]) -> pa.Schema:
    return pa.schema([SCHEMA.field(name) for name in columns])


def _rows(
    store: Store, key: str, plan: Plan, keys: Array, span: tuple[int, int], pending: bool, where: int
) -> tuple[Array, Array, Array]:
    """The rows of some keys that pass a predicate within a span: each one's row, key, and both as one, in order."""
    since, until = span
    closed = store.between(since, until)
    owners, found = _ranked(store, key, plan, keys, store, closed, where)
    rows, times = found + closed.start, store.times[closed][found]
    if pending:
        waiting = store.pending()
        more, place = _ranked(store, key, plan, keys, waiting, slice(None), where)
        at = waiting["event_time"][place]
        inside = (at >= since) & (at < until)
        owners, rows = np.concatenate([owners, more[inside]]), np.concatenate([rows, place[inside] + len(store)])
        times = np.concatenate([times, at[inside]])
    codes = owners * (until - since + 1) + (times - since)
    if (codes[1:] < codes[:-1]).any():
        order = np.argsort(codes, kind="stable")
        codes, rows, owners = codes[order], rows[order], owners[order]
    return rows, owners, codes


def _ranked(
    store: Store, key: str, plan: Plan, keys: Array, values: object, where: slice, flag: int
) -> tuple[Array, Array]:
    """For the rows of some keys: the place of each one's key among them, and the row within ``where``."""
    columns = [values[name][where] for name in plan.watch.key]  # type: ignore[index]
    if len(columns) > 1:
        owners, rows = _of_several(store, plan, keys, columns)
    else:
        ranks = np.full(len(store.names[key]) + 1, -1, np.int64)
        ranks[keys] = np.arange(len(keys))
        found = ranks[columns[0]]
        rows = np.flatnonzero(found >= 0)
        owners = found[rows] if len(rows) < len(found) else found
    if flag:
        passing = store.flags(flag, values, where)[rows]  # type: ignore[arg-type]
        owners, rows = owners[passing], rows[passing]
    return owners, rows


def _of_several(store: Store, plan: Plan, keys: Array, columns: list[Array]) -> tuple[Array, Array]:
    codes = store.pairs[plan.watch.key].codes[keys]
    small, wanted = [], []
    for name, column, code in zip(plan.watch.key, columns, codes.T, strict=True):
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
