"""DuckDB's ``read_csv`` with types given; every column is counted or summed."""

from __future__ import annotations

import duckdb

from bench.batch.work import COLUMNS, Job

TITLE = "DuckDB read_csv, typed"
DISTRIBUTION = "duckdb"


def parse(job: Job) -> list[int]:
    """Rows, and the sum of prices in cents."""
    connection = duckdb.connect(config={"threads": job.threads})
    connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
    counts = ", ".join(f"count({name})" for name in COLUMNS if name != "price")
    row = connection.execute(f"""
        SELECT count(*), CAST(sum(price) * 100 AS BIGINT), {counts}
        FROM read_csv('{job.csv}', header = true, auto_detect = false, columns = {COLUMNS},
                      timestampformat = '%Y-%m-%d %H:%M:%S UTC')""").fetchone()
    return list(row or ())[:2]
