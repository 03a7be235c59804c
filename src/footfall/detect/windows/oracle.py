"""The rules as they stand: each text run on the events of each window, one window after the other."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from footfall.detect.compile import EVENTS, WINDOW_END, watch_tree
from footfall.detect.relation import SCHEMA
from footfall.detect.windows.found import Found, in_order
from footfall.rules import Watch


class Oracle:
    """An engine that is slow and obviously right; quick enough for the live traffic of a small store."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._watches = tuple(watches)
        self._reads = {watch.id: _columns(watch) for watch in watches}
        self._longest = max((watch.size for watch in watches), default=0)
        self._events = SCHEMA.empty_table()
        self._watermark: int | None = None
        self._connection = duckdb.connect(":memory:", config={"threads": 1})

    def feed(self, events: pa.Table, watermark: int) -> list[Found]:
        """See :class:`footfall.detect.windows.Windows`."""
        if self._watermark is not None:
            events = events.filter(pc.greater(events["event_time"], self._watermark))
            kept = pc.greater(self._events["event_time"], self._watermark - self._longest)
            self._events = self._events.filter(kept)
        self._events = (
            pa.concat_tables([self._events, events]).unify_dictionaries().sort_by("event_time").combine_chunks()
        )
        before = self._watermark
        self._watermark = watermark if before is None else max(watermark, before)
        found = []
        for place, watch in enumerate(self._watches):
            found += [(place, watch, self._judge(watch, end)) for end in self._ends(watch, before)]
        return in_order(found)

    def early(self, ahead: int = 0) -> list[Found]:
        """See :class:`footfall.detect.windows.Windows`."""
        if self._watermark is None:
            return []
        found = []
        for place, watch in enumerate(self._watches):
            if watch.early:
                end = ((self._watermark + 1 + ahead) // watch.hop + 1) * watch.hop
                found.append((place, watch, self._judge(watch, end)))
        return in_order(found)

    def flush(self) -> list[Found]:
        """See :class:`footfall.detect.windows.Windows`."""
        if not len(self._events):
            return []
        return self.feed(SCHEMA.empty_table(), pc.max(self._events["event_time"]).as_py() + self._longest)

    def steps(self, watch: Watch, key: tuple[str, ...], window_end: int, *columns: str) -> pa.Table:
        """See :class:`footfall.detect.windows.Windows`."""
        table = self._window(watch, window_end)
        for name, value in zip(watch.key, key, strict=True):
            table = table.filter(pc.equal(table[name], pa.scalar(value)))
        return table.select(columns) if columns else table

    def snapshot(self) -> bytes:
        """See :class:`footfall.detect.windows.Windows`."""
        sink = BytesIO()
        table = self._events.replace_schema_metadata({"watermark": repr(self._watermark)})
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        return sink.getvalue()

    def restore(self, state: bytes) -> None:
        """See :class:`footfall.detect.windows.Windows`."""
        table = pa.ipc.open_stream(state).read_all()
        watermark = table.schema.metadata[b"watermark"].decode()
        self._watermark = None if watermark == "None" else int(watermark)
        self._events = table.replace_schema_metadata(None)

    def _ends(self, watch: Watch, before: int | None) -> list[int]:
        """The ends of the windows that close now and hold an event."""
        ends: set[int] = set()
        for hop in np.unique(self._events["event_time"].to_numpy() // watch.hop).tolist():
            first = (hop + 1) * watch.hop
            ends.update(range(first, first + watch.size, watch.hop))
        closed = -1 if before is None else before
        return sorted(end for end in ends if closed < end - 1 <= (self._watermark or 0))

    def _window(self, watch: Watch, end: int) -> pa.Table:
        first, last = np.searchsorted(self._events["event_time"].to_numpy(), (end - watch.size, end))
        return self._events.slice(first, last - first)

    def _judge(self, watch: Watch, end: int) -> pa.Table:
        events = self._window(watch, end).select(self._reads[watch.id])
        for name in watch.key:
            if events[name].null_count:
                events = events.filter(pc.is_valid(events[name]))
        self._connection.register(EVENTS, events)
        found = self._connection.sql(watch.text).to_arrow_table()
        return found.append_column(WINDOW_END, pa.array([end] * len(found), pa.int64()))


def _columns(watch: Watch) -> list[str]:
    named = {column.name for column in watch_tree(watch).find_all(exp.Column)}
    return [name for name in SCHEMA.names if name in named]
