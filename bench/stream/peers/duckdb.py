"""A buffer in memory, filled 20,000 events at a time; as soon as windows close, each rule's text runs on their events.

Two connections, for an unread result blocks the one it belongs to. Windows are worked out one by one, from scratch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from bench.stream.texts import Text, texts
from bench.stream.work import ALLOWED, BEHIND, Job, Row, rows, save

TITLE = "DuckDB, micro-batches"
DISTRIBUTION = "duckdb"

BATCH = 20_000
COLUMNS = {
    "event_time": "TIMESTAMP",
    "received_at": "TIMESTAMP",
    "event_type": "VARCHAR",
    "product_id": "VARCHAR",
    "user_session": "VARCHAR",
    "ip": "VARCHAR",
    "user_agent": "VARCHAR",
    "path": "VARCHAR",
}
"""What the rules read."""
FRESH = f"""
INSERT INTO buffer
SELECT * REPLACE (epoch_ms(event_time) AS event_time, epoch_ms(received_at) AS received_at) FROM batch
WHERE event_type <> 'request' AND coalesce(received_at, event_time) <= event_time + INTERVAL {ALLOWED} MILLISECOND
"""
EVENTS = """
CREATE TEMP VIEW events AS FROM buffer
WHERE event_time >= getvariable('since') AND event_time < getvariable('until')
"""


@dataclass
class Windows:
    """The windows of one rule: the end of the next one to close."""

    text: Text
    next: int

    def closed(self, watermark: int) -> Iterator[int]:
        """The ends of the windows that may be judged now, each once."""
        while self.next <= watermark + 1:
            yield self.next
            self.next += self.text.hop


def watch(job: Job) -> dict[str, int]:
    """Reads the stream, writes what the rules found."""
    settings: dict[str, str | bool | int | float | list[str]] = {"threads": job.threads}
    source, connection = duckdb.connect(config=settings), duckdb.connect(config=settings)
    types = ", ".join(f"{name} {kind.replace('TIMESTAMP', 'BIGINT')}" for name, kind in COLUMNS.items())
    connection.execute(f"CREATE TABLE buffer ({types})")
    connection.execute(EVENTS)
    batches = source.sql(f"FROM read_ndjson('{job.stream}', columns = {COLUMNS})").to_arrow_reader(BATCH)
    windows: list[Windows] = []
    found: list[Row] = []
    watermark = 0
    for batch in batches:
        connection.register("batch", pa.Table.from_batches([batch]))
        connection.execute(FRESH)
        first, last = _range(connection, "SELECT epoch_ms(min(received_at)), epoch_ms(max(received_at)) FROM batch")
        watermark = max(watermark, last - BEHIND)
        windows = windows or [Windows(text, (first - ALLOWED) // text.hop * text.hop) for text in texts(job.rules)]
        found += _judge(connection, windows, watermark)
        oldest = min(window.next - window.text.window for window in windows)
        connection.execute(f"DELETE FROM buffer WHERE event_time < {oldest}")
    _, latest = _range(connection, "SELECT 0, coalesce(max(event_time), 0) FROM buffer")
    for window in windows:
        found += _judge(connection, [window], latest + window.text.window - 1)
    return {"rows": save(job, found)}


def _range(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    first, last = connection.execute(query).fetchall()[0]
    return int(first), int(last)


def _judge(connection: duckdb.DuckDBPyConnection, windows: list[Windows], watermark: int) -> list[Row]:
    found: list[Row] = []
    for window in windows:
        keys = window.text.keys
        for end in window.closed(watermark):
            connection.execute(f"SET VARIABLE since = {end - window.text.window}; SET VARIABLE until = {end}")
            answer = connection.execute(window.text.sql).fetchall()
            known = [(*row, end) for row in answer if None not in row[: len(keys)]]
            found += rows(window.text.id, len(keys), known)
    return found
