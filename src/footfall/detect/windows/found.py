"""What an engine says: the keys of one watch that are over its bounds in one window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.compile import WINDOW_END
from footfall.detect.relation import SCHEMA
from footfall.rules import Watch


@dataclass(frozen=True, slots=True)
class Found:
    """Keys over the bounds of a watch in the window that ends at ``window_end`` (exclusive, UTC ms).

    Attributes:
        watch: whose bounds.
        window_end: of all rows.
        table: one row a key, sorted: the key's columns, the counts as int64, ``window_end``.
    """

    watch: Watch
    window_end: int
    table: pa.Table

    def rows(self) -> Iterator[tuple[tuple[str, ...], dict[str, int]]]:
        """Each key and its counts, NULL counts left out."""
        keys = zip(*(self.table[name].to_pylist() for name in self.watch.key), strict=True)
        counts = self.table.drop_columns([*self.watch.key, WINDOW_END]).to_pylist()
        for key, row in zip(keys, counts, strict=True):
            yield key, {name: value for name, value in row.items() if value is not None}


def in_order(tables: Iterable[tuple[int, Watch, pa.Table]]) -> list[Found]:
    """Findings by window end, watch and key.

    Args:
        tables: the place of a watch, the watch, its rows for any windows.
    """
    found: list[tuple[int, int, Found]] = []
    for place, watch, table in tables:
        found += [(end, place, Found(watch, end, part)) for end, part in _windows(watch, _typed(watch, table))]
    return [finding for *_, finding in sorted(found, key=lambda entry: entry[:2])]


def _typed(watch: Watch, table: pa.Table) -> pa.Table:
    types = {name: pa.string() if pa.types.is_dictionary(SCHEMA.field(name).type) else pa.int64() for name in watch.key}
    return table.cast(pa.schema([(name, types.get(name, pa.int64())) for name in table.schema.names]))


def _windows(watch: Watch, table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    order: Sequence[Any] = [(WINDOW_END, "ascending"), *((name, "ascending") for name in watch.key)]
    table = table.take(pc.sort_indices(table, sort_keys=order)).combine_chunks()
    ends = table[WINDOW_END].to_pylist()
    start = 0
    for place in range(1, len(ends) + 1):
        if place == len(ends) or ends[place] != ends[start]:
            yield ends[start], table.slice(start, place - start)
            start = place
