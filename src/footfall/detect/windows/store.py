"""The events that windows still need: columns of numbers in order of time, and those whose time has not closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy as np
import pyarrow as pa

from footfall.detect.relation import SCHEMA
from footfall.detect.windows.heap import Heap
from footfall.detect.windows.names import Names, Pairs
from footfall.detect.windows.predicates import Predicates
from footfall.detect.windows.scalars import Scalars

Array = np.ndarray[Any, Any]
Rows = dict[str, Array]
TEXTS = tuple(field.name for field in SCHEMA if pa.types.is_dictionary(field.type))
NUMBERS = tuple(field.name for field in SCHEMA if field.name not in TEXTS)
_WORD = 62
"""Predicates to a word of flags."""
NULL = -(1 << 31)
SAME = {"actor": "user_session"}
"""A column that repeats another wherever that one is there: they share their ids."""


class Store:
    """Columns by name.

    Text is ids, numbers have :data:`NULL` for NULL; flags are ``#0``.., values ``$0``..; a key of several columns is
    named by their names joined with commas.

    Args:
        scalars: predicates and values worked out for each event.
        keys: every key of several columns, and the predicates of the events it is for.
        told_apart: the text columns in which equal values must have equal ids.
    """

    def __init__(self, scalars: Scalars, keys: Mapping[tuple[str, ...], set[int]], told_apart: Set[str]) -> None:
        self._keys = keys
        told_apart = told_apart | {*SAME, *SAME.values()}
        self.names = {name: Names() if name in told_apart else Heap() for name in TEXTS}
        self.names |= {name: self.names[other] for name, other in SAME.items()}
        self.pairs = {key: Pairs(len(key)) for key in keys}
        self._pending: list[Rows] = []
        self._predicates = Predicates(scalars.flags, scalars.values)
        self.words = (len(scalars.flags) + _WORD - 1) // _WORD
        empty = self._rows(SCHEMA.empty_table())
        self._columns = {name: Column(np.int32 if name == "price" else each.dtype) for name, each in empty.items()}
        self.base = 0
        self.until: int | None = None

    def __len__(self) -> int:
        return len(self._columns["event_time"])

    def __getitem__(self, name: str) -> Array:
        """A column of the events whose time has closed, in order of time."""
        return self._columns[name].view

    @property
    def times(self) -> Array:
        """The column ``event_time``."""
        return self["event_time"]

    def add(self, events: pa.Table) -> None:
        """Takes events of the relation, in any order; none may lie before ``until``."""
        if len(events):
            self._pending.append(self._rows(events))
        if len(self._pending) > 64:
            self._pending = [_joined(self._pending)]

    def pending(self) -> Rows:
        """The events whose time has not closed, in one piece."""
        if len(self._pending) != 1:
            self._pending = [_joined(self._pending)] if self._pending else [self._rows(SCHEMA.empty_table())]
        return self._pending[0]

    def close(self, until: int) -> int:
        """Moves the events before ``until``, UTC ms, into the columns; returns how many."""
        self.until = until
        due, left = [], []
        for rows in self._pending:
            ripe = rows["event_time"] < until
            if ripe.all():
                due.append(rows)
            elif not ripe.any():
                left.append(rows)
            else:
                due.append({name: values[ripe] for name, values in rows.items()})
                left.append({name: values[~ripe] for name, values in rows.items()})
        self._pending = left
        if not due:
            return 0
        rows = _joined(due)
        order = np.argsort(rows["event_time"], kind="stable")
        for name, values in rows.items():
            self._columns[name].append(values[order])
        return len(order)

    def evict(self, before: int) -> int:
        """Forgets the closed events before a time; returns how many."""
        gone = int(np.searchsorted(self.times, before))
        if gone:
            for column in self._columns.values():
                column.drop(gone)
            self.base += gone
        return gone

    def between(self, since: int, until: int) -> slice:
        """The closed events of a span of time."""
        first, last = np.searchsorted(self.times, (since, until))
        return slice(int(first), int(last))

    def flags(self, predicate: int, values: Mapping[str, Array] | Store, where: Any = slice(None)) -> Array:
        """A predicate for some rows of the columns or of ``pending``."""
        word, bit = divmod(predicate, _WORD)
        flagged: Array = values[f"#{word}"][where] & (1 << bit) != 0
        return flagged

    def take(self, rows: Array, names: Iterable[str]) -> Rows:
        """Some columns of some rows; rows from ``len(self)`` on are pending ones."""
        if not len(rows) or rows.max(initial=0) < len(self):
            return {name: self[name][rows] for name in names}
        closed, pending = rows < len(self), self.pending()
        found = {}
        for name in names:
            values = np.empty(len(rows), self[name].dtype if len(self) else pending[name].dtype)
            values = values.astype(np.result_type(values.dtype, pending[name].dtype), copy=False)
            values[closed] = self[name][rows[closed]]
            values[~closed] = pending[name][rows[~closed] - len(self)]
            found[name] = values
        return found

    def ids(self, columns: tuple[str, ...], values: tuple[str, ...]) -> tuple[int, ...]:
        """The ids of a key's parts; -1 where a value has none."""
        names = [self.names[column] for column in columns]
        return tuple(
            each.find(value) if isinstance(each, Names) else -1 for each, value in zip(names, values, strict=True)
        )

    def ids_of(self, key: str) -> int:
        """How many ids a key has."""
        return len(self.names[key]) if key in self.names else len(self.pairs[tuple(key.split(","))])

    def column(self, rows: Array, name: str) -> pa.Array:
        """A column of some rows as it came."""
        found = self.take(rows, [name])[name]
        if name in self.names:
            return self.names[name].decoded(found)
        return pa.array(found, SCHEMA.field(name).type, mask=found == NULL)

    def contents(self) -> tuple[Rows, Rows]:
        """All closed and all pending events, by column."""
        return {name: column.view for name, column in self._columns.items()}, self.pending()

    def refill(self, closed: Rows, pending: Rows, base: int, until: int | None) -> None:
        """Takes back what ``contents`` gave; names and pairs are restored by themselves."""
        for name, values in closed.items():
            self._columns[name].replace(values)
        self._pending, self.base, self.until = [pending], base, until

    def compact(self) -> dict[str, Array]:
        """Gives small ids again to what is still in a column; returns, by column, which of the old ids live."""
        found = {name: self._live(name, len(names)) for name, names in self.names.items()}
        places = {name: np.append(np.cumsum(live) - 1, -1).astype(np.int32) for name, live in found.items()}
        for name, other in SAME.items():
            found[name] = found[other] = found[name] | found[other]
            places[name] = places[other] = np.append(np.cumsum(found[name]) - 1, -1).astype(np.int32)
        for key, pairs in self.pairs.items():
            name = ",".join(key)
            found[name] = self._live(name, len(pairs))
            places[name] = np.append(np.cumsum(found[name]) - 1, -1).astype(np.int32)
            pairs.keep(found[name], [places[part] for part in key])
        for name, names in self.names.items():
            if name not in SAME:
                names.keep(found[name])
        for name, moved in places.items():
            self._columns[name].replace(moved[self[name]])
            for rows in self._pending:
                rows[name] = moved[rows[name]]
        return found

    def _live(self, name: str, ids: int) -> Array:
        live = np.zeros(ids + 1, bool)
        for values in (self[name], *(rows[name] for rows in self._pending)):
            live[values] = True
        return live[:-1]

    def _rows(self, events: pa.Table) -> Rows:
        rows: Rows = {name: self.names[name].ids(events[name]) for name in TEXTS if name not in SAME}
        rows |= {name: self._repeated(rows[other], events[name], name) for name, other in SAME.items()}
        for name in NUMBERS:
            column = events[name]
            rows[name] = (column.fill_null(NULL) if column.null_count else column).to_numpy()
        rows |= self._worked_out(events)
        for key, predicates in self._keys.items():
            chosen = np.zeros(len(events), bool)
            for predicate in predicates:
                chosen |= self.flags(predicate, rows)
            rows[",".join(key)] = self.pairs[key].ids([rows[name] for name in key], chosen)
        return rows

    def _repeated(self, ids: Array, column: pa.ChunkedArray, name: str) -> Array:
        """The ids of a column that are those of another, where that is not NULL."""
        empty = ids < 0
        if not empty.any():
            return ids
        found = ids.copy()
        found[empty] = self.names[name].ids(column.filter(pa.array(empty)))
        return found

    def _worked_out(self, events: pa.Table) -> Rows:
        flags, values = self._predicates.flags_and_values(events)
        rows: Rows = {}
        for word in range(self.words):
            total = np.zeros(len(events), np.int64)
            for bit, flag in enumerate(flags[word * _WORD : (word + 1) * _WORD]):
                total |= flag.astype(np.int64) << bit
            rows[f"#{word}"] = total
        return rows | {f"${place}": numbers for place, numbers in enumerate(values)}


class Column:
    """An array that grows at its end and is cut at its front.

    Args:
        dtype: of its values; int32 is kept in fewer bytes for as long as they suffice.
    """

    def __init__(self, dtype: Any) -> None:
        self._data = np.empty(1024, np.int8 if dtype == np.int32 else dtype)
        self._first = self._last = 0

    def __len__(self) -> int:
        return self._last - self._first

    @property
    def view(self) -> Array:
        """What is in it."""
        return self._data[self._first : self._last]

    def append(self, values: Array) -> None:
        """Puts values at the end."""
        self._widen(values)
        if self._last + len(values) > len(self._data):
            self._make_room(len(values))
        self._data[self._last : self._last + len(values)] = values
        self._last += len(values)

    def drop(self, rows: int) -> None:
        """Cuts rows off the front."""
        self._first += rows

    def replace(self, values: Array) -> None:
        """Puts other values in the place of all."""
        self._data = np.empty(0, np.int8 if values.dtype.itemsize <= np.int32().itemsize else values.dtype)
        self._widen(values)
        self._data, self._first, self._last = values.astype(self._data.dtype), 0, len(values)

    def _widen(self, values: Array) -> None:
        """Makes room in each element for the least and the greatest of some values."""
        if values.dtype.itemsize > self._data.itemsize and len(values):
            wanted = np.result_type(np.min_scalar_type(min(int(values.min()), -1)), self._data.dtype)
            while np.iinfo(wanted).max < int(values.max()):
                wanted = np.dtype(f"i{2 * wanted.itemsize}")
            self._data = self._data.astype(wanted) if wanted != self._data.dtype else self._data

    def _make_room(self, more: int) -> None:
        kept = self.view
        wanted = len(kept) + more
        if wanted > len(self._data) * 3 // 4:
            self._data = np.empty(wanted * 3 // 2, self._data.dtype)
        self._data[: len(kept)] = kept.copy() if kept.base is self._data else kept
        self._first, self._last = 0, len(kept)


def _joined(parts: list[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
