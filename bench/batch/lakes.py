"""What a lake holds, whoever wrote it: rows and a checksum of all nine columns, day by day."""

from __future__ import annotations

from typing import Any

import duckdb

from bench.batch.work import COLUMNS, Job

TITLE = "the lake's content"
DISTRIBUTION = "duckdb"


def digest(job: Job) -> list[list[Any]]:
    """Rows of (day, number of rows, checksum over the rows), in order of days; the order of rows does not show."""
    connection = duckdb.connect(config={"threads": job.threads})
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
    connection.execute(f"CREATE VIEW events AS FROM read_parquet('{job.lake}/*/*.parquet', hive_partitioning = true)")
    kinds = {name: kind for name, kind, *_ in connection.execute("DESCRIBE events").fetchall()}
    columns = ", ".join(_normal(name, kinds[name]) for name in COLUMNS)
    found = connection.execute(
        f"SELECT event_date, count(*), sum(CAST(hash({columns}) AS HUGEINT)) FROM events GROUP BY ALL ORDER BY ALL"
    )
    return [[str(day), rows, str(checksum)] for day, rows, checksum in found.fetchall()]


def _normal(name: str, kind: str) -> str:
    """A column so that the same value looks the same, whatever its type."""
    if name == "event_time":
        return "epoch_ms(event_time)"
    if name == "price":
        return "coalesce(price, 0)" if kind == "BIGINT" else "coalesce(CAST(round(price * 100) AS BIGINT), 0)"
    return f"coalesce(CAST({name} AS VARCHAR), '')"
