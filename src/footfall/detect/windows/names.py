"""Text as small numbers: each distinct value of a column has an id."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import count
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Ids = np.ndarray[Any, Any]
Value = TypeVar("Value", str, bytes)


class Words:
    """Text by place, from 0; what is added comes last."""

    def __init__(self, values: Any = None) -> None:
        self._chunks: list[Any] = [] if values is None else [values]
        self._size = 0 if values is None else len(values)

    def __len__(self) -> int:
        return self._size

    def append(self, values: Any) -> None:
        """Adds values; chunks are kept few: each is at least twice as long as the next."""
        self._size += len(values)
        while self._chunks and len(self._chunks[-1]) < 2 * len(values):
            values = pa.concat_arrays([self._chunks.pop(), values])
        self._chunks.append(values)

    def taken(self, places: Ids) -> Any:
        """Some values; their places are in order."""
        edges = np.cumsum([0, *(len(chunk) for chunk in self._chunks)])
        cuts = np.searchsorted(places, edges)
        parts = [
            chunk.take(pa.array(places[cuts[each] : cuts[each + 1]] - edges[each]))
            for each, chunk in enumerate(self._chunks)
        ]
        return pa.concat_arrays([pa.array([], pa.string()), *parts])

    def whole(self) -> Any:
        """All values."""
        return pa.concat_arrays([pa.array([], pa.string()), *self._chunks])


class Names:
    """The values of one text column by id, from 0; -1 stands for NULL."""

    def __init__(self) -> None:
        self._ids = _numbered([])
        self._words = Words()

    def __len__(self) -> int:
        return len(self._words)

    def ids(self, column: Any) -> Ids:
        """The ids of a column, int32; new values get new ids.

        Args:
            column: a text column, dictionary encoded or not.
        """
        found = [self._chunk(chunk) for chunk in column.chunks]
        return found[0] if len(found) == 1 else np.concatenate([*found, np.empty(0, np.int32)])

    def _chunk(self, chunk: Any) -> Ids:
        encoded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1) if encoded.null_count else encoded.indices
        rows = codes.to_numpy(zero_copy_only=False)
        used = np.zeros(len(encoded.dictionary) + 1, bool)
        used[rows] = True
        chosen = np.flatnonzero(used[:-1])
        values = encoded.dictionary
        values = values if len(chosen) == len(values) else values.take(pa.array(chosen))
        ids = np.full(len(used), -1, np.int32)
        ids[chosen] = self._known(values)
        return np.asarray(ids[rows])

    def _known(self, values: Any) -> Ids:
        ids = np.fromiter(map(self._ids.__getitem__, values.to_pylist()), np.int32, len(values))
        if len(self._ids) > len(self):
            fresh = np.flatnonzero(ids >= len(self))
            first = fresh[np.unique(ids[fresh], return_index=True)[1]]
            self._words.append(values.take(pa.array(first)))
        return ids

    def find(self, value: str) -> int:
        """The id of a value; -1 where it has none."""
        return self._ids.get(value, -1)

    def decoded(self, ids: Ids) -> Any:
        """Ids as a dictionary encoded array of text."""
        kept, places = placed(ids, len(self))
        return pa.DictionaryArray.from_arrays(pa.array(places, mask=ids < 0), self._words.taken(kept))

    def keep(self, live: Ids) -> None:
        """Forgets all values but some; the ids of those move up in their order.

        Args:
            live: a flag for each id.
        """
        self.restore(self._words.taken(np.flatnonzero(live)))

    def values(self) -> Any:
        """The values in order of their ids, as an array of text."""
        return self._words.whole()

    def restore(self, values: Any) -> None:
        """Takes back what ``values`` gave."""
        self._words = Words(values)
        self._ids = _numbered(values.to_pylist())


def _numbered(values: list[Value]) -> defaultdict[Value, int]:
    """Values by their place; one that is new gets the next."""
    ids: defaultdict[Value, int] = defaultdict(count().__next__)
    deque(map(ids.__getitem__, values), 0)
    return ids


class Pairs:
    """Ids of keys of several columns, by the ids of their parts."""

    def __init__(self, parts: int) -> None:
        self._ids: defaultdict[bytes, int] = _numbered([])
        self.codes = np.empty((0, parts), np.int32)

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, parts: list[Ids], chosen: Ids) -> Ids:
        """The ids of some rows, -1 for all others and where a part is NULL.

        Args:
            parts: each column's ids.
            chosen: a flag for each row.
        """
        found = np.full(len(chosen), -1, np.int32)
        for part in parts:
            chosen = chosen & (part >= 0)
        rows = np.flatnonzero(chosen)
        if not len(rows):
            return found
        codes = np.stack([part[rows] for part in parts], axis=1).astype(np.int32)
        numbers = np.fromiter(map(self._ids.__getitem__, _packed(codes)), np.int32, len(rows))
        fresh = np.flatnonzero(numbers >= len(self.codes))
        first = fresh[np.unique(numbers[fresh], return_index=True)[1]]
        self.codes = np.concatenate([self.codes, codes[first]])
        found[rows] = numbers
        return found

    def find(self, code: tuple[int, ...]) -> int:
        """The id of a key; -1 where it has none."""
        return self._ids.get(np.array(code, np.int32).tobytes(), -1)

    def keep(self, live: Ids, places: list[Ids]) -> None:
        """Forgets all keys but some, whose ids move up in their order.

        Args:
            live: a flag for each id.
            places: the new ids of each part, by the old.
        """
        codes = self.codes[live]
        self.restore(np.stack([place[codes[:, part]] for part, place in enumerate(places)], axis=1).astype(np.int32))

    def restore(self, codes: Ids) -> None:
        """Takes back ``codes``."""
        self.codes = codes
        self._ids = _numbered(_packed(codes))


def _packed(codes: Ids) -> list[bytes]:
    """The parts of each key in one piece."""
    return np.ascontiguousarray(codes).view(f"V{codes.itemsize * codes.shape[1]}").ravel().tolist()


def placed(ids: Ids, size: int) -> tuple[Ids, Ids]:
    """The ids from 0 that occur, in order, and the place of each among them as int32; anything for -1.

    Args:
        ids: below ``size``.
        size: how many there may be.
    """
    if 8 * len(ids) < size:
        kept, places = np.unique(ids, return_inverse=True)
        gaps = int(len(kept) > 0 and kept[0] < 0)
        return kept[gaps:], (places - gaps).astype(np.int32)
    used = np.zeros(size + 1, bool)
    used[ids] = True
    used[-1] = False
    return np.flatnonzero(used), (np.cumsum(used, dtype=np.int32) - 1)[ids]


def present(ids: Ids, size: int) -> Ids:
    """The ids from 0 that occur, in order, int64.

    Args:
        ids: below ``size``.
        size: how many there may be.
    """
    if 8 * len(ids) < size:
        ids = np.sort(ids)
        ids = ids[np.append(True, ids[1:] != ids[:-1])] if len(ids) else ids
        return ids[ids >= 0].astype(np.int64)
    used = np.zeros(size + 1, bool)
    used[ids] = True
    return np.flatnonzero(used[:-1])


def mixed(parts: list[Ids]) -> Ids:
    """One number for each combination of small numbers from 0, int64."""
    code = parts[0].astype(np.int64)
    for part in parts[1:]:
        if int(code.max(initial=0)) > 1 << 31:
            code = np.unique(code, return_inverse=True)[1]
        code = code << 32 | part
    return code
