"""Suspects looked at event by event: their exact numbers; what those cannot say the rule's own text does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from sqlglot import exp

from footfall.detect.compile import WINDOW_END
from footfall.detect.relation import SCHEMA
from footfall.detect.windows.bounds import ANY, Look, Range, number, possible, truth
from footfall.detect.windows.gather import Pairs, gathered
from footfall.detect.windows.groups import Groups
from footfall.detect.windows.paned import PaneCounts
from footfall.detect.windows.plan import Measure, Plan
from footfall.detect.windows.store import NULL, Array, Store
from footfall.detect.windows.tally import Suspects, gap_values

Output = tuple[str, exp.Expr]


class Looked(NamedTuple):
    """Suspects after a close look: those that may be found; what is found, where their numbers say it all."""

    pairs: Pairs
    table: pa.Table | None


def looked_at(
    store: Store, key: str, suspects: Suspects, pending: bool = False, panes: PaneCounts | None = None
) -> Looked:
    """The suspects that are found by their exact numbers, as far as those say it all.

    Args:
        store: of the events.
        key: its column.
        suspects: keys and windows.
        pending: some of the windows are still open.
        panes: the counts of the watch's panes, where it has any.
    """
    plan, table = suspects.plan, None
    if panes is not None and plan.inner is not None and not pending:
        pairs, paned = panes.groups(store, key, suspects)
        pairs, table = _narrowed(store, pairs, plan.inner.conjuncts, plan.inner.outputs, paned)
        if table is not None or not len(pairs.keys):
            return Looked(pairs, table)
    pairs = gathered(store, key, suspects, pending)
    for kind in (_Numbers, _Distincts) if plan.distincts else (_Numbers,):
        if len(pairs.keys):
            pairs, table = _narrowed(store, pairs, plan.conjuncts, plan.outputs, kind(store, pairs))
    if plan.inner is not None and len(pairs.keys):
        groups = Groups(store, pairs, plan.inner)
        pairs, table = _narrowed(store, pairs, plan.inner.conjuncts, plan.inner.outputs, groups)
    return Looked(pairs, table)


def _narrowed(
    store: Store,
    pairs: Pairs,
    conjuncts: Sequence[exp.Expr],
    outputs: Sequence[Output] | None,
    numbers: Callable[[str, Array], Range],
) -> tuple[Pairs, pa.Table | None]:
    """The pairs that may be found by their numbers, and the rows of all where these leave nothing open."""
    found = possible(conjuncts, len(pairs.keys), numbers)
    pairs = pairs.only(found)
    return pairs, _said(store, pairs, conjuncts, outputs, lambda name: numbers(name, found))


def told(
    connection: duckdb.DuckDBPyConnection, store: Store, plan: Plan, parts: Sequence[Pairs]
) -> tuple[pa.Table, list[Array]]:
    """What the rule's text says of some pairs, and which of each part it finds."""
    spreads = [(part, *part.spread()) for part in parts]
    rows = np.concatenate([part.rows[places] for part, places, _ in spreads])
    starts = np.cumsum([0, *(len(part.keys) for part in parts)])
    numbers = np.concatenate([pairs + start for (_, _, pairs), start in zip(spreads, starts[:-1], strict=True)])
    connection.register("pairs", _table(store, plan, rows, numbers))
    found = connection.sql(plan.sql).to_arrow_table()
    chosen = found[WINDOW_END].to_numpy()
    keys = np.concatenate([part.keys for part in parts])[chosen]
    ends = np.concatenate([part.ends for part in parts])[chosen]
    columns = _keyed(store, plan, keys) | {name: found[name] for name in found.schema.names[len(plan.watch.key) :]}
    parted = np.split(np.sort(chosen), np.searchsorted(np.sort(chosen), starts[1:-1]))
    places = [part - start for part, start in zip(parted, starts[:-1], strict=True)]
    return pa.table(columns | {WINDOW_END: pa.array(ends, pa.int64())}), places


def _said(
    store: Store, pairs: Pairs, conjuncts: Sequence[exp.Expr], outputs: Sequence[Output] | None, look: Look
) -> pa.Table | None:
    """The rows of pairs, where their numbers leave nothing open."""
    if outputs is None or not len(pairs.keys) or any(np.any(truth(conjunct, look)[1]) for conjunct in conjuncts):
        return None
    columns = _keyed(store, pairs.plan, pairs.keys)
    for name, output in outputs:
        low, high = number(output, look)
        if not np.all(np.equal(low, high)):
            return None
        columns[name] = pa.array(np.broadcast_to(low, len(pairs.keys)).astype(np.int64))
    return pa.table(columns | {WINDOW_END: pa.array(pairs.ends, pa.int64())})


def _keyed(store: Store, plan: Plan, keys: Array) -> dict[str, pa.Array]:
    """The key's columns."""
    several = len(plan.watch.key) > 1
    codes = store.pairs[plan.watch.key].codes[keys].T if several else [keys]
    return {
        name: store.names[name].decoded(code).cast(pa.string())
        for name, code in zip(plan.watch.key, codes, strict=True)
    }


def _table(store: Store, plan: Plan, rows: Array, numbers: Array) -> pa.Table:
    """Rows for the text; the number of a pair stands for its window: no two pairs are one group."""
    taken = store.take(rows, (*plan.texts, *plan.names, *plan.numbers))
    columns = {name: store.names[name].decoded(taken[name]) for name in plan.texts}
    columns |= {name: pa.array(taken[name], mask=taken[name] < 0) for name in plan.names}
    columns |= {name: pa.array(taken[name], SCHEMA.field(name).type, mask=taken[name] == NULL) for name in plan.numbers}
    return pa.table({**columns, WINDOW_END: pa.array(numbers, pa.int64())})


class _Numbers:
    """What adds up, exactly; distinct counts between bounds."""

    def __init__(self, store: Store, pairs: Pairs) -> None:
        self._store, self._pairs = store, pairs
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
        chained = np.append(np.flatnonzero(self._passing(self._pairs.plan.chain)), len(self._pairs.rows))
        return np.asarray(chained[np.searchsorted(chained, self._pairs.first)] + 1)

    def _gaps(self, measure: Measure) -> Array:
        """What each row adds by the gap before it."""
        chained = np.flatnonzero(self._passing(self._pairs.plan.chain))
        amounts = np.zeros(len(self._pairs.rows), np.int64)
        times, owners = self._taken["event_time"][chained], self._pairs.owners[chained]
        follows = owners[1:] == owners[:-1]
        later = chained[1:][follows]
        values = gap_values(measure, times[:-1][follows], times[1:][follows])
        amounts[later] = np.where(self._passing(measure.flag)[later], values, 0)
        return amounts


class _Distincts(_Numbers):
    """Distinct counts exactly, too."""

    def _distinct(self, place: int) -> Range:
        column, measure = self._pairs.plan.distincts[place]
        values, owners = self._taken[column].astype(np.int64), self._pairs.owners
        passing = np.flatnonzero(self._passing(self._pairs.plan.measures[measure].flag) & (values >= 0))
        order = passing[np.argsort(owners[passing] << 32 | values[passing], kind="stable")]
        same = (values[order][1:] == values[order][:-1]) & (owners[order][1:] == owners[order][:-1])
        before = np.full(len(values), np.iinfo(np.int64).max)
        before[order] = np.where(np.append(False, same), np.append(-1, order[:-1]), -1)
        places, pairs = self._pairs.spread()
        fresh = before[places] < self._pairs.first[pairs]
        counts = np.bincount(pairs[fresh], minlength=len(self._pairs.keys)).astype(np.float64)
        return counts, counts
