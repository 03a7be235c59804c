"""Which event of a key follows which."""

from __future__ import annotations

import numpy as np

from footfall.detect.windows.store import Array, Column, Store

_LOW = (1 << 32) - 1


class Chain:
    """The event before and the event after each closed event, among those of its key that pass a predicate.

    Events are named by their place in the whole stream: ``store.base`` is the place of the first that is kept.
    """

    def __init__(self, key: str, predicate: int) -> None:
        self.key, self.predicate = key, predicate
        self._before, self._after = Column(np.int64), Column(np.int64)
        self._last = np.empty(0, np.int64)

    def link(self, store: Store, first: int) -> None:
        """Takes the closed events from a row on.

        Args:
            store: of the events.
            first: the row of the first event that is new.
        """
        count = len(store) - first
        self._before.append(np.full(count, -1))
        self._after.append(np.full(count, -1))
        ids = store[self.key][first:]
        chosen = np.flatnonzero(store.flags(self.predicate, store, slice(first, None)) & (ids >= 0))
        if not len(chosen):
            return
        codes = np.sort((ids[chosen].astype(np.int64) << 32) | chosen)
        ids, rows = codes >> 32, (codes & _LOW) + first
        self._last = grown(self._last, int(ids[-1]) + 1, -1)
        starts = np.append(True, ids[1:] != ids[:-1])
        before = np.where(starts, self._last[ids], np.append(-1, rows[:-1] + store.base))
        self._before.view[rows] = before
        known = before >= store.base
        self._after.view[before[known] - store.base] = rows[known] + store.base
        self._last[ids] = rows + store.base

    def drop(self, gone: int) -> None:
        """Cuts the first rows off, as the store did."""
        self._before.drop(gone)
        self._after.drop(gone)

    def before(self, store: Store, rows: slice) -> tuple[Array, Array]:
        """Rows of a slice and the row before each, where it is still kept."""
        return self._known(store, self._before.view[rows], rows)

    def after(self, store: Store, rows: slice) -> tuple[Array, Array]:
        """Rows of a slice and the row after each, where there is one."""
        return self._known(store, self._after.view[rows], rows)

    def _known(self, store: Store, places: Array, rows: slice) -> tuple[Array, Array]:
        found = np.flatnonzero(places >= max(store.base, 0))
        return found + rows.start, places[found] - store.base

    def rebuild(self, store: Store) -> None:
        """Links all closed events anew."""
        self.drop(len(self._before))
        self._last = np.empty(0, np.int64)
        self.link(store, 0)

    def keep(self, live: Array) -> None:
        """Follows the ids of keys that moved up; ``live`` flags those that stay."""
        self._last = grown(self._last, len(live), -1)[: len(live)][live]


def grown(values: Array, size: int, empty: int = 0) -> Array:
    """The array, at least so long; what is new is ``empty``."""
    if size <= len(values):
        return values
    more = np.full(max(size, len(values) * 5 // 4) - len(values), empty, values.dtype)
    return np.concatenate([values, more])
