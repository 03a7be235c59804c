"""Text that is only kept to be shown: each batch brings its own values, and nobody looks whether two are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.windows.names import Ids, Words, placed


class Heap:
    """The values of one text column by id, from 0; -1 stands for NULL. One value may have several ids."""

    def __init__(self) -> None:
        self._words = Words()

    def __len__(self) -> int:
        return len(self._words)

    def ids(self, column: Any) -> Ids:
        """The ids of a column, int32.

        Args:
            column: a text column, dictionary encoded or not.
        """
        found = [self._chunk(chunk) for chunk in column.chunks]
        return found[0] if len(found) == 1 else np.concatenate([*found, np.empty(0, np.int32)])

    def decoded(self, ids: Ids) -> Any:
        """Ids as a dictionary encoded array of text."""
        kept, indices = placed(ids, len(self))
        encoded = self._words.taken(kept).dictionary_encode()
        codes = np.asarray(encoded.indices.to_numpy(), np.int32)
        indices = codes[indices] if len(codes) else indices
        return pa.DictionaryArray.from_arrays(pa.array(indices, mask=ids < 0), encoded.dictionary)

    def keep(self, live: Ids) -> None:
        """Forgets all values but some; the ids of those move up in their order.

        Args:
            live: a flag for each id.
        """
        self._words = Words(self._words.taken(np.flatnonzero(live)))

    def values(self) -> Any:
        """The values in order of their ids, as an array of text."""
        return self._words.whole()

    def restore(self, values: Any) -> None:
        """Takes back what ``values`` gave."""
        self._words = Words(values)

    def _chunk(self, chunk: Any) -> Ids:
        encoded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        if encoded.null_count == len(encoded):
            return np.full(len(encoded), -1, np.int32)
        codes = pc.fill_null(encoded.indices, -1) if encoded.null_count else encoded.indices
        rows, values = codes.to_numpy(zero_copy_only=False), encoded.dictionary
        if len(values) > len(rows):
            chosen, rows = np.unique(rows, return_inverse=True)
            values, rows = values.take(pa.array(chosen[chosen >= 0])), rows - int(chosen[0] < 0)
        first = len(self)
        self._words.append(values)
        return np.where(rows < 0, -1, rows + first).astype(np.int32)
