"""The inner groups of keys in windows, counted exactly."""

from __future__ import annotations

import numpy as np

from footfall.detect.windows.bounds import Range, number, possible
from footfall.detect.windows.gather import Pairs
from footfall.detect.windows.inner import Inner, Leaf, Outer
from footfall.detect.windows.store import Array, Store

_DENSE = 8
"""Groups are numbered by a table of at most so many places for each event; else they are sorted."""


class Outers:
    """The numbers ``o0``.. of pairs, from those of their inner groups.

    Args:
        inner: the levels of their watch.
        owners: the pair of each group, in order.
        many: how many pairs there are.
    """

    def __init__(self, inner: Inner, owners: Array, many: int) -> None:
        self._inner, self._owners, self._many = inner, owners, many
        self._known: dict[str, Array] = {}

    def __call__(self, name: str, rows: Array) -> Range:
        if name not in self._known:
            self._known[name] = self._outer(self._inner.outers[int(name[1:])])
        found = self._known[name][rows]
        return found, found

    def _outer(self, outer: Outer) -> Array:
        everything = np.arange(len(self._owners))
        if outer.kind == "count":
            chosen = possible(outer.of, len(self._owners), self._leaf)
            return np.bincount(self._owners[chosen], minlength=self._many).astype(np.float64)
        values, _ = number(outer.of[0], lambda name: self._leaf(name, everything))
        starts = np.searchsorted(self._owners, np.arange(self._many))
        reduce = {"sum": np.add, "max": np.maximum, "min": np.minimum}[outer.kind].reduceat
        return np.asarray(reduce(np.broadcast_to(values, len(everything)), starts), np.float64)

    def _leaf(self, name: str, groups: Array) -> Range:
        raise NotImplementedError


class Groups(Outers):
    """The numbers of pairs whose inner groups are counted event by event.

    Args:
        store: of the events.
        pairs: keys and windows.
        inner: the levels of their watch.
    """

    def __init__(self, store: Store, pairs: Pairs, inner: Inner) -> None:
        self._store = store
        places, owners = pairs.spread()
        names = {inner.column, "event_time", *(leaf.column for leaf in inner.leaves if leaf.column)}
        taken = store.take(pairs.rows, [*names, *(f"#{word}" for word in range(store.words))])
        self._taken, self._places = taken, places
        part = taken[inner.column].astype(np.int64)
        part = part // inner.pane if inner.pane else part
        codes = owners * (int(part.max()) - int(part.min()) + 1) + (part - part.min())[places]
        present, self._of = _numbered(codes)
        super().__init__(inner, present // (int(part.max()) - int(part.min()) + 1), len(pairs.keys))

    def _leaf(self, name: str, groups: Array) -> Range:
        leaf = self._inner.leaves[int(name[1:])]
        if leaf.kind == "distinct":
            found = self._distinct(leaf, groups)
        else:
            if name not in self._known:
                self._known[name] = self._plain(leaf)
            found = self._known[name][groups]
        return found, found

    def _plain(self, leaf: Leaf) -> Array:
        if leaf.kind == "count":
            of = self._of if not leaf.flag else self._of[self._passing(leaf.flag)]
            return np.bincount(of, minlength=len(self._owners)).astype(np.float64)
        order = slice(None) if leaf.kind == "max" else slice(None, None, -1)
        found = np.empty(len(self._owners), np.float64)
        found[self._of[order]] = self._taken["event_time"][self._places][order]
        return found

    def _distinct(self, leaf: Leaf, groups: Array) -> Array:
        """Distinct values of some groups."""
        ranks = np.full(len(self._owners), -1)
        ranks[groups] = np.arange(len(groups))
        values, of = self._taken[leaf.column][self._places].astype(np.int64), ranks[self._of]
        chosen = (of >= 0) & (values >= 0)
        if leaf.flag:
            chosen &= self._passing(leaf.flag)
        pairs = np.sort(of[chosen] << 32 | values[chosen])
        fresh = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
        return np.bincount(pairs[fresh] >> 32, minlength=len(groups)).astype(np.float64)

    def _passing(self, flag: int) -> Array:
        return self._store.flags(flag, self._taken)[self._places]


def _numbered(codes: Array) -> tuple[Array, Array]:
    """The distinct numbers in order, and each one's place among them."""
    size = int(codes.max(initial=0)) + 1
    if size > _DENSE * len(codes) + (1 << 20):
        found, places = np.unique(codes, return_inverse=True)
        return found, places
    there = np.zeros(size, bool)
    there[codes] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes]
