"""Running totals of every key over one size of window: which keys can be over the bounds of a watch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from footfall.detect.windows.bounds import ANY, Range, number, possible, truth
from footfall.detect.windows.chain import Chain, grown
from footfall.detect.windows.names import present
from footfall.detect.windows.plan import Measure, Plan
from footfall.detect.windows.store import Array, Rows, Store

CHUNK = 8_000
"""Hops are taken together until they hold so many events, or span half a window."""


class Suspects(NamedTuple):
    """Keys of a watch that may be found in some windows: ids, ends of the windows."""

    plan: Plan
    keys: Array
    ends: Array


class Tally:
    """Totals over the last window closed, and the keys that may stay found if nothing happens to them.

    Args:
        key: the key's column in the store.
        plans: the watches of this key, size and hop.
        chain: of the key, where a measure speaks of gaps.
        partial: the predicates whose events the key is for; None where it is for all.
    """

    def __init__(self, key: str, plans: Sequence[Plan], chain: Chain | None, partial: set[int] | None) -> None:
        self.key, self.plans, self._chain, self._partial = key, plans, chain, partial
        self.size, self.hop = plans[0].watch.size, plans[0].watch.hop
        known = dict.fromkeys(measure for plan in plans for measure in plan.measures if self._counts(measure))
        self._totals = {measure: np.zeros(0, _width(measure)) for measure in known}
        self._standing: dict[int, Array] = {}
        self.done: int | None = None

    def advance(self, store: Store, ids: int, until: int) -> Iterator[Suspects]:
        """Closes the windows that end at ``until`` or before; ``ids`` is the number of the key's ids."""
        self._totals = {measure: grown(total, ids) for measure, total in self._totals.items()}
        upto = until // self.hop * self.hop
        if self.done is None and len(store) and store.times[0] < upto:
            self.done = int(store.times[0]) // self.hop * self.hop
        while self.done is not None and self.done < upto:
            here = store.between(self.done - self.size, self.done)
            if here.start == here.stop:
                self._standing = {}
                later = int(store.times[here.stop]) // self.hop * self.hop if here.stop < len(store) else upto
                self.done = max(self.done, min(later, upto))
                if self.done == upto:
                    break
            yield from self._close(store, self._next(store, upto))

    def open(self, store: Store, done: int, end: int) -> Iterator[Suspects]:
        """The keys that may be found in a window still open, by what is known of it now; nothing is changed.

        Args:
            store: of the events.
            done: end of the last window closed, UTC ms.
            end: of the open one.
        """
        pending = store.pending()
        chosen = np.flatnonzero(pending["event_time"] < end)
        fresh = {
            name: values[chosen]
            for name, values in pending.items()
            if name in (self.key, "event_time") or name[0] == "#"
        }
        closed = store.between(done, end)
        gone = store.between(done - self.size, end - self.size)
        touched = self._touched(store, [store[self.key][closed], store[self.key][gone], fresh[self.key]])
        for plan in self.plans:
            if plan.watch.early:
                found = possible(plan.conjuncts, len(touched), self._opened(plan, store, touched, closed, fresh))
                yield Suspects(plan, touched[found], np.array([end]))

    def rebuild(self, store: Store, ids: int, done: int | None) -> None:
        """Works everything out anew for the window that ended at ``done``."""
        self.done = done
        self._totals = {measure: np.zeros(ids, _width(measure)) for measure in self._totals}
        self._standing = {}
        if done is None:
            return
        rows = store.between(done - self.size, done)
        self._add(store, rows)
        touched = self._touched(store, [store[self.key][rows]])
        for plan in self.plans:
            found = possible(plan.conjuncts, len(touched), self._exactly(plan, touched))
            self._standing[plan.place] = touched[found]

    def keep(self, live: Array) -> None:
        """Follows the ids of keys that moved up; ``live`` flags those that stay."""
        places = np.cumsum(live) - 1
        self._totals = {measure: grown(total, len(live))[: len(live)][live] for measure, total in self._totals.items()}
        self._standing = {place: places[keys[live[keys]]] for place, keys in self._standing.items()}

    def _counts(self, measure: Measure) -> bool:
        return self._partial is None or (measure.flag in self._partial and measure.gap is None)

    def _next(self, store: Store, upto: int) -> int:
        assert self.done is not None
        first = int(np.searchsorted(store.times, self.done))
        most = max(self.hop, self.size // 2 // self.hop * self.hop)
        if any(measure.value >= 0 for measure in self._totals):
            most = self.hop
        limit = min(self.done + most, upto)
        if first + CHUNK < len(store):
            limit = min(limit, max(int(store.times[first + CHUNK]) // self.hop * self.hop, self.done + self.hop))
        return limit

    def _close(self, store: Store, end: int) -> Iterator[Suspects]:
        done = self.done or 0
        fresh, gone = store.between(done, end), store.between(done - self.size, end - self.size)
        touched = self._touched(store, [store[self.key][fresh], store[self.key][gone]])
        merged = end - done > self.hop
        before = {measure: total[touched] for measure, total in self._totals.items()} if merged else {}
        self._add(store, fresh)
        most = {measure: total[touched] for measure, total in self._totals.items()} if merged else {}
        self._remove(store, gone, end)
        ends = np.arange(done + self.hop, end + 1, self.hop)
        self.done = end
        for plan in self.plans:
            ranges = self._between(plan, touched, before, most) if merged else self._exactly(plan, touched)
            found = touched[possible(plan.conjuncts, len(touched), ranges)]
            self._standing[plan.place] = found
            if len(found):
                yield Suspects(plan, found, ends)

    def _touched(self, store: Store, parts: list[Array]) -> Array:
        found = np.concatenate([*(part.astype(np.int32) for part in parts), *self._standing.values()])
        return present(found, store.ids_of(self.key))

    def _add(self, store: Store, rows: slice) -> None:
        ids, since = store[self.key][rows], (self.done or 0) - self.size
        for measure, total in self._totals.items():
            if measure.gap is None:
                _put(total, *_counted(store, measure, ids, rows), 1)
            elif self._chain is not None:
                later, earlier = self._chain.before(store, rows)
                held = store.times[earlier] >= since
                self._put_gaps(store, measure, total, earlier[held], later[held], 1)

    def _remove(self, store: Store, rows: slice, end: int) -> None:
        ids = store[self.key][rows]
        for measure, total in self._totals.items():
            if measure.gap is None:
                _put(total, *_counted(store, measure, ids, rows), -1)
            elif self._chain is not None:
                earlier, later = self._chain.after(store, rows)
                closed = store.times[later] < end
                self._put_gaps(store, measure, total, earlier[closed], later[closed], -1)

    def _put_gaps(self, store: Store, measure: Measure, total: Array, earlier: Array, later: Array, sign: int) -> None:
        """Adds up gaps that lie whole in some window."""
        since, at = store.times[earlier], store.times[later]
        whole = since >= (at // self.hop + 1) * self.hop - self.size
        whole &= store.flags(measure.flag, store, later)
        amounts = gap_values(measure, since[whole], at[whole])
        np.add.at(total, store[self.key][later[whole]], sign * amounts)

    def _exactly(self, plan: Plan, touched: Array) -> Ranges:
        return Ranges(self, plan, lambda measure, rows: (_floats(self._totals[measure][touched[rows]]),) * 2)

    def _between(self, plan: Plan, touched: Array, before: dict[Measure, Array], most: dict[Measure, Array]) -> Ranges:
        def bounds(measure: Measure, rows: Array) -> Range:
            high = most[measure][rows]
            low = before[measure][rows] + self._totals[measure][touched[rows]] - high
            return _floats(np.maximum(low, 0)), _floats(high)

        return Ranges(self, plan, bounds)

    def _opened(self, plan: Plan, store: Store, touched: Array, closed: slice, fresh: Rows) -> Ranges:
        def bounds(measure: Measure, rows: Array) -> Range:
            if measure.gap is not None or measure.value >= 0:
                return ANY
            total = grown(self._totals[measure], int(touched[-1]) + 1)[touched]
            waiting = fresh[self.key]
            waiting = waiting[store.flags(measure.flag, fresh) & (waiting >= 0)]
            for ids in (_counted(store, measure, store[self.key][closed], closed)[0], waiting):
                np.add.at(total, np.searchsorted(touched, ids), total.dtype.type(1))
            return np.zeros(len(rows)), _floats(total[rows])

        return Ranges(self, plan, bounds)


class Ranges:
    """Bounds of a plan's named numbers for rows of touched keys."""

    def __init__(self, tally: Tally, plan: Plan, bounds: object) -> None:
        self._tally, self._plan, self._bounds = tally, plan, bounds

    def __call__(self, name: str, rows: Array) -> Range:
        kind, place = name[0], name[1:]
        if kind == "m":
            return self._measured(self._plan.measures[int(place)], rows)
        if kind == "d":
            low, high = self._measured(self._plan.measures[self._plan.distincts[int(place)].measure], rows)
            return np.minimum(low, 1.0), high
        return ANY

    def _measured(self, measure: Measure, rows: Array) -> Range:
        if not self._tally._counts(measure):
            return (0.0, np.inf) if measure.value < 0 else ANY
        bounds: Range = self._bounds(measure, rows)  # type: ignore[operator]
        return bounds


def gap_values(measure: Measure, since: Array, at: Array) -> Array:
    """What a measure adds up for gaps, int64; 0 where one of its conditions does not hold."""
    numbers = {"_prev": since.astype(np.float64), "event_time": at.astype(np.float64)}

    def look(name: str) -> Range:
        return numbers[name], numbers[name]

    assert measure.gap is not None
    values = np.broadcast_to(number(measure.gap, look)[0], len(at)).astype(np.int64)
    for condition in measure.only:
        values = np.where(np.broadcast_to(truth(condition, look)[0], len(at)), values, 0) if len(at) else values
    return values


def _width(measure: Measure) -> type[np.signedinteger[Any]]:
    """Counts need fewer bytes than sums."""
    return np.int32 if measure.value < 0 and measure.gap is None else np.int64


def _counted(store: Store, measure: Measure, ids: Array, rows: slice) -> tuple[Array, Array | None]:
    chosen = ids >= 0
    if measure.flag:
        chosen = chosen & store.flags(measure.flag, store, rows)
    values = store[f"${measure.value}"][rows][chosen] if measure.value >= 0 else None
    return ids[chosen], values


def _put(total: Array, ids: Array, values: Array | None, sign: int) -> None:
    np.add.at(total, ids, total.dtype.type(sign) if values is None else sign * values)


def _floats(values: Array) -> Array:
    return values.astype(np.float64)
