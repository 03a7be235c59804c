"""What is right: each rule's own text, run by DuckDB on the events of each window, one window at a time.

It reads the whole file first, so nothing here depends on batches, watermarks or the order of arrival.
"""

from __future__ import annotations

import duckdb

from bench.stream.peers.duckdb import COLUMNS
from bench.stream.texts import Text, texts
from bench.stream.work import ALLOWED, Job, Row, rows, save

TITLE = "DuckDB, every window by itself"
DISTRIBUTION = "duckdb"


def watch(job: Job) -> dict[str, int]:
    """Writes the right rows."""
    connection = duckdb.connect(config={"threads": job.threads})
    connection.execute(
        "CREATE TABLE arrived AS SELECT * REPLACE (epoch_ms(event_time) AS event_time, epoch_ms(received_at) AS "
        f"received_at) FROM read_ndjson('{job.stream}', columns = {COLUMNS})"
    )
    connection.execute(
        "CREATE TABLE on_time AS FROM arrived WHERE event_type <> 'request' AND "
        f"coalesce(received_at, event_time) - event_time <= {ALLOWED} ORDER BY event_time"
    )
    found = [row for text in texts(job.rules) for row in _rows(connection, text)]
    events, late = connection.sql(
        f"SELECT count(*), count(*) FILTER (WHERE received_at - event_time > {ALLOWED}) FROM arrived"
    ).fetchall()[0]
    return {"events": events, "late": late, "rows": save(job, found)}


def _rows(connection: duckdb.DuckDBPyConnection, text: Text) -> list[Row]:
    known = " AND ".join(f"{key} IS NOT NULL" for key in text.keys)
    first, last = connection.sql("SELECT min(event_time), max(event_time) FROM on_time").fetchall()[0]
    found: list[Row] = []
    for end in range(first // text.hop * text.hop + text.hop, last + text.window + 1, text.hop):
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW events AS FROM on_time WHERE event_time >= {end - text.window} "
            f"AND event_time < {end} AND {known}"
        )
        found += rows(text.id, len(text.keys), [(*row, end) for row in connection.execute(text.sql).fetchall()])
    return found
