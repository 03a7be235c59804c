"""The events of a finding by actor, as arrays: what a second look counts, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

READ = ("event_time", "event_type", "user_id", "actor", "verified")
"""The columns that everything but ``distinct`` and ``first`` reads."""

CUSTOMERS = ("cart", "purchase", "remove_from_cart", "identify")
"""What only customers do."""


class Actors:
    """Who took part, verified crawlers and events without an actor left out; every array has one place an actor.

    Args:
        table: the columns :data:`READ` of the relation, and those that are asked for by name.
    """

    def __init__(self, table: pa.Table) -> None:
        kept = pc.and_(pc.equal(table["verified"], 0), pc.is_valid(table["actor"]))
        self._table = table.filter(kept)
        self._times: Ints = self._table["event_time"].to_numpy()
        codes, words = coded(self._table["actor"])
        present, self._of = np.unique(codes, return_inverse=True)
        self.names: list[str] = [words[code] for code in present.tolist()]

    def __len__(self) -> int:
        return len(self.names)

    def count(self, *types: str) -> Ints:
        """Events of some types; of all where none is named."""
        return self.sum(self._is(types) if types else np.ones(len(self._of), bool))

    def sum(self, chosen: Flags) -> Ints:
        """How many of the chosen events each actor has; ``chosen`` has one place an event."""
        return np.bincount(self._of[chosen], minlength=len(self)).astype(np.int64)

    def only(self, *types: str) -> Flags:
        """Who does nothing else."""
        return np.equal(self.count(*types), self.count())

    def distinct(self, column: str, *types: str) -> Ints:
        """Distinct values among events of some types, of all where none is named; NULL is one."""
        chosen = self._is(types) if types else np.ones(len(self._of), bool)
        codes, words = coded(self._table[column])
        pairs = np.unique(self._of[chosen] * (len(words) + 1) + codes[chosen] + 1)
        return np.bincount(pairs // (len(words) + 1), minlength=len(self)).astype(np.int64)

    def seconds(self, *types: str) -> Ints:
        """Distinct seconds in which each has events of some types."""
        chosen = self._is(types)
        pairs = np.unique(np.stack([self._of[chosen], self._times[chosen] // 1_000]), axis=1)[0]
        return np.bincount(pairs, minlength=len(self)).astype(np.int64)

    def first(self, column: str) -> list[str | None]:
        """A text column's value in each actor's first event; of several at once the lowest, NULL before any."""
        codes, words = coded(self._table[column])
        order = np.argsort(np.array(words, dtype=object)) if words else np.zeros(0, np.int64)
        ranks = np.full(len(words) + 1, -1)
        ranks[order] = np.arange(len(words))
        earliest = self._times == self.began[self._of]
        lowest = np.full(len(self), len(words))
        np.minimum.at(lowest, self._of[earliest], ranks[codes[earliest]])
        return [None if rank < 0 else words[order[rank]] for rank in lowest.tolist()]

    @cached_property
    def began(self) -> Ints:
        """Time of the first event, UTC ms."""
        found = np.full(len(self), np.iinfo(np.int64).max)
        np.minimum.at(found, self._of, self._times)
        return found

    @cached_property
    def lasted(self) -> Ints:
        """From the first event to the last, ms."""
        found = np.zeros(len(self), np.int64)
        np.maximum.at(found, self._of, self._times)
        return found - self.began

    def pauses(self, chosen: Flags) -> Ints:
        """What lies between two events of one actor, ms, for all the chosen actors together; in no order."""
        mine = chosen[self._of]
        who, times = self._of[mine], self._times[mine]
        order = np.lexsort((times, who))
        same = np.diff(who[order]) == 0
        return np.asarray(np.diff(times[order])[same], np.int64)

    @cached_property
    def customers(self) -> Flags:
        """Who logged in, filled a cart or bought."""
        known = np.asarray(pc.is_valid(self._table["user_id"]).to_numpy(zero_copy_only=False), bool)
        return self.sum(self._is(CUSTOMERS) | known) > 0

    @property
    def times(self) -> Ints:
        """When each event happened; one place an event, as for ``sum``."""
        return self._times

    def plainest(self, chosen: Flags) -> Flags:
        """Some actors; those alone that keep no visit where they are the greater part, by their events."""
        outside = chosen & np.array([visit is None for visit in self.first("user_session")], bool)
        events = self.count()
        return outside if 2 * events[outside].sum() >= events[chosen].sum() else chosen

    def named(self, chosen: Flags) -> list[str]:
        """The names of some actors."""
        return [self.names[place] for place in np.flatnonzero(chosen).tolist()]

    def _is(self, types: Iterable[str]) -> Flags:
        codes, words = coded(self._table["event_type"])
        wanted = np.array([*(word in set(types) for word in words), False])
        return np.asarray(wanted[codes], bool)


def coded(column: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    """A text column as places in a list of its values; -1 for NULL, which stands for the last place too."""
    array = column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()
    codes = np.asarray(pc.fill_null(array.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    if len(array.dictionary) <= len(codes):
        return codes, array.dictionary.to_pylist()
    used, places = np.unique(codes, return_inverse=True)
    gaps = int(len(used) > 0 and used[0] < 0)
    return places - gaps, array.dictionary.take(pa.array(used[gaps:])).to_pylist()


def nulls(table: pa.Table, *columns: str) -> int:
    """How many rows have no value in any of some columns."""
    empty = [pc.is_null(table[column]).to_numpy(zero_copy_only=False) for column in columns]
    return int(np.logical_and.reduce(empty).sum())
