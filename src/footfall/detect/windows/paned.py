"""Watches whose inner groups are panes of time: each pane is counted once, whatever windows it lies in."""

from __future__ import annotations

import numpy as np

from footfall.detect.windows.bounds import Range
from footfall.detect.windows.gather import Pairs
from footfall.detect.windows.groups import Outers
from footfall.detect.windows.inner import Inner
from footfall.detect.windows.plan import Plan
from footfall.detect.windows.store import Array, Store
from footfall.detect.windows.tally import Suspects


def fits(plan: Plan) -> bool:
    """Whether a watch only counts events by panes that no window cuts."""
    inner, watch = plan.inner, plan.watch
    if inner is None or not inner.pane or len(watch.key) > 1:
        return False
    whole = watch.size % inner.pane == 0 and watch.hop % inner.pane == 0
    return whole and all(leaf.kind == "count" for leaf in inner.leaves)


class PaneCounts:
    """The counts of each closed pane of a watch, by key; worked out when a window first needs them."""

    def __init__(self, plan: Plan, inner: Inner) -> None:
        self._plan, self._inner = plan, inner
        self._known: dict[int, Array] = {}

    def forget(self) -> None:
        """Forgets everything: ids have changed."""
        self._known.clear()

    def groups(self, store: Store, key: str, suspects: Suspects) -> tuple[Pairs, Paned]:
        """Every suspect and closed window that holds an event that the watch reads, with its panes."""
        size, ends = self._plan.watch.size, suspects.ends
        starts = range(int(ends[0]) - size, int(ends[-1]), self._inner.pane)
        self._known = {start: self._of(store, key, start) for start in starts}
        ranks = np.full(store.ids_of(key), -1)
        ranks[suspects.keys] = np.arange(len(suspects.keys))
        panes = [self._only(self._known[start], ranks) for start in starts]
        cuts = np.cumsum([0, *(pane.shape[1] for pane in panes)])
        whole = np.concatenate(panes, axis=1)
        first = (ends - size - starts.start) // self._inner.pane
        spans = [whole[:, cuts[since] : cuts[since + size // self._inner.pane]] for since in first]
        owners = np.concatenate([span[0] * len(ends) + place for place, span in enumerate(spans)])
        order = np.argsort(owners, kind="stable")
        present, owners = np.unique(owners[order], return_inverse=True)
        keys, places = np.divmod(present, len(ends))
        nothing = np.zeros(len(present), np.int64)
        pairs = Pairs(self._plan, suspects.keys[keys], ends[places], nothing, nothing, nothing[:0], nothing[:0])
        return pairs, Paned(self._inner, owners, len(present), np.concatenate(spans, axis=1)[1:, order])

    def _of(self, store: Store, key: str, start: int) -> Array:
        """The keys of a pane's events, and below each its counts."""
        if start in self._known:
            return self._known[start]
        rows = store.between(start, start + self._inner.pane)
        ids = store[key][rows]
        chosen = store.flags(self._plan.where, store, rows) & (ids >= 0)
        keys, of = np.unique(ids[chosen], return_inverse=True)
        flags = [store.flags(leaf.flag, store, rows)[chosen] for leaf in self._inner.leaves]
        return np.stack([keys.astype(np.int64), *(np.bincount(of[flag], minlength=len(keys)) for flag in flags)])

    def _only(self, pane: Array, ranks: Array) -> Array:
        """The suspects of a pane, each by its place."""
        found = ranks[pane[0]]
        chosen = found >= 0
        return np.concatenate([found[None, chosen], pane[1:, chosen]])


class Paned(Outers):
    """The numbers ``o0``.. of pairs whose inner groups are panes."""

    def __init__(self, inner: Inner, owners: Array, many: int, counts: Array) -> None:
        super().__init__(inner, owners, many)
        self._counts = counts

    def _leaf(self, name: str, groups: Array) -> Range:
        found = self._counts[int(name[1:])][groups].astype(np.float64)
        return found, found
