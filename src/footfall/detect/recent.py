"""The events of the last minutes, with the columns by which a surge is attributed."""

from __future__ import annotations

from collections import deque

import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.relation import COLUMNS, SCHEMA

KEPT = 120_000
"""How much is kept behind the watermark, in ms."""


class Recent:
    """Events by time; memory is bounded by what comes within ``KEPT``."""

    def __init__(self) -> None:
        self._batches: deque[tuple[int, int, pa.Table]] = deque()

    def add(self, events: pa.Table) -> None:
        """Takes events of the relation."""
        if events.num_rows:
            bounds = pc.min_max(events["event_time"])
            self._batches.append((bounds["min"].as_py(), bounds["max"].as_py(), events))

    def between(self, since: int, until: int, *columns: str) -> pa.Table:
        """The events with ``since`` <= time < ``until``, in no order: some columns, all where none is named.

        Each chunk of a text column has words of its own.
        """
        columns = columns or COLUMNS
        parts = []
        for first, last, table in self._batches:
            if first < until and last >= since:
                times, part = table["event_time"], table.select(columns)
                if first < since or last >= until:
                    part = part.filter(pc.and_(pc.greater_equal(times, since), pc.less(times, until)))
                parts.append(part)
        return pa.concat_tables(parts) if parts else SCHEMA.empty_table().select(columns)

    def forget(self, closed: int) -> None:
        """Drops batches that lie wholly before what may still be asked for."""
        self._batches = deque(batch for batch in self._batches if batch[1] >= closed - KEPT)

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        sink = pa.BufferOutputStream()
        tables = [table for *_, table in self._batches]
        events = pa.concat_tables(tables).unify_dictionaries().combine_chunks() if tables else SCHEMA.empty_table()
        with pa.ipc.new_stream(sink, events.schema) as writer:
            writer.write_table(events)
        return bytes(sink.getvalue())

    def restore(self, snapshot: bytes) -> None:
        """Goes on where a snapshot was taken."""
        self._batches.clear()
        self.add(pa.ipc.open_stream(snapshot).read_all())
