"""The feeds: what each tumbling window of the store's traffic adds up to, every window once, in order."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from footfall.detect.compile import WINDOW_END, by_name, by_window, feed_tree, is_there
from footfall.detect.relation import SCHEMA
from footfall.rules import Feed

_EMPTY = ("members", "events")
Row = tuple[str, int, pa.Table]
"""Feed, end of the window (exclusive, UTC ms), its rows."""


class Pulse:
    """Runs the feeds over the windows that have closed, all of a batch at once.

    Args:
        feeds: by id.
    """

    def __init__(self, feeds: Mapping[str, Feed]) -> None:
        self._open = {name: _Open(feed) for name, feed in feeds.items()}
        self._connection = duckdb.connect(":memory:", config={"threads": 1})

    def feed(self, events: pa.Table, watermark: int) -> list[Row]:
        """Takes events of the relation, on time, in any order; the rows of what has closed, by window end and feed.

        Args:
            events: on time.
            watermark: no event at or before it will follow, UTC ms.
        """
        found: list[Row] = []
        for name, feed in self._open.items():
            if len(due := feed.closed(events, watermark)):
                found += [(name, end, rows) for end, rows in self._rows(feed.sql, due)]
        return sorted(found, key=lambda row: (row[1], row[0]))

    def open(self, name: str, least: int = 1) -> list[Row]:
        """What the windows of a feed that are still open add up to so far; nothing is changed.

        Args:
            name: of the feed.
            least: events in them below which nothing is worked out.
        """
        feed = self._open[name]
        due = feed.pending()
        return [(name, end, rows) for end, rows in self._rows(feed.sql, due)] if len(due) >= least else []

    def flush(self) -> list[Row]:
        """The end of the input: every window that holds an event closes."""
        return self.feed(SCHEMA.empty_table(), max((feed.end for feed in self._open.values()), default=0))

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        sink = BytesIO()
        for feed in self._open.values():
            feed.write(sink)
        return sink.getvalue()

    def restore(self, state: bytes) -> None:
        """Goes on where a snapshot with the same feeds was taken."""
        source = pa.BufferReader(state)
        for feed in self._open.values():
            feed.read(source)

    def _rows(self, sql: str, due: pa.Table) -> list[tuple[int, pa.Table]]:
        self._connection.register("due", due)
        table = _whole(self._connection.sql(sql).to_arrow_table())
        for name in _EMPTY:
            if name in table.schema.names:
                table = table.filter(pc.greater(table[name], 0))
        names = [WINDOW_END, *(name for name in table.schema.names if name != WINDOW_END)]
        table = table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in names])).combine_chunks()
        ends = table[WINDOW_END].to_numpy()
        cuts = [*np.flatnonzero(np.diff(ends, prepend=-1)).tolist(), len(ends)]
        return [(int(ends[start]), table.slice(start, stop - start)) for start, stop in pairwise(cuts)]


class _Open:
    """The events of a feed's windows that are still open, in the columns that the feed reads."""

    def __init__(self, feed: Feed) -> None:
        tree = feed_tree(feed)
        named = {column.name for column in tree.find_all(exp.Column)} | {"event_time"}
        self.schema = pa.schema([field for field in SCHEMA if field.name in named])
        self.size = feed.size
        self.sql = by_window(tree, "due")
        self._coded = [name for name in self.schema.names if _told_apart(tree, name)]
        self._there = [name for name in self._coded if all(map(is_there, _columns(tree, name)))]
        self._pending = self.schema.empty_table()

    @property
    def end(self) -> int:
        """The last ms of the last window that holds an event."""
        if not len(self._pending):
            return 0
        return int(pc.max(self._pending["event_time"]).as_py()) // self.size * self.size + self.size - 1

    def closed(self, events: pa.Table, watermark: int) -> pa.Table:
        """Takes events; gives back those whose window has closed, with its end."""
        table = pa.concat_tables([self._pending, events.select(self.schema.names)])
        times = table["event_time"].to_numpy()
        ripe = times < (watermark + 1) // self.size * self.size
        if not ripe.any():
            self._pending = table
            return table.slice(0, 0)
        self._pending = table.filter(pa.array(~ripe))
        due = table.filter(pa.array(ripe))
        alike = due.drop_columns(self._there).unify_dictionaries()
        columns = {name: (due if name in self._there else alike)[name] for name in self.schema.names}
        columns |= {name: _codes(columns[name]) for name in self._coded}
        times = times[ripe]
        return pa.table({**columns, WINDOW_END: times - times % self.size + self.size})

    def pending(self) -> pa.Table:
        """The events of windows still open, each with its end."""
        times = self._pending["event_time"].to_numpy()
        return self._pending.append_column(WINDOW_END, pa.array(times - times % self.size + self.size))

    def write(self, sink: BytesIO) -> None:
        """Appends what is pending to a snapshot."""
        with pa.ipc.new_stream(sink, self.schema) as writer:
            writer.write_table(self._pending.unify_dictionaries().combine_chunks())

    def read(self, source: pa.BufferReader) -> None:
        """Reads back what ``write`` wrote."""
        self._pending = pa.ipc.open_stream(source).read_all()


def _told_apart(tree: exp.Query, name: str) -> bool:
    """Whether a query only asks which values of a text column are the same or NULL, and puts none of them out."""
    if not pa.types.is_dictionary(SCHEMA.field(name).type):
        return False
    columns = _columns(tree, name)
    inside = [column.find_ancestor(exp.CTE) or not isinstance(column.parent, exp.Select) for column in columns]
    return all(inside) and all(by_name(column) for column in columns)


def _columns(tree: exp.Query, name: str) -> list[exp.Column]:
    return [column for column in tree.find_all(exp.Column) if column.name == name]


def _codes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The indices of a dictionary encoded column."""
    return pa.chunked_array([chunk.indices for chunk in column.chunks], pa.int32())


def _whole(table: pa.Table) -> pa.Table:
    """The table with its counts as int64: DuckDB's sums are wider."""
    schema = [(field.name, field.type if pa.types.is_string(field.type) else pa.int64()) for field in table.schema]
    return table.cast(pa.schema(schema))
