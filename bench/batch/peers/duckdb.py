"""The SQL one would write first: a partitioned COPY of distinct rows, types given.

Order is not preserved, as its guide advises for large files; then the questions as they stand.
"""

from __future__ import annotations

import duckdb

from bench.batch.work import COLUMNS, QUESTIONS, Answers, Job, rows, sql

TITLE = "DuckDB, written plainly"
DISTRIBUTION = "duckdb"


def load(job: Job) -> None:
    """Brings the file into the lake."""
    job.lake.parent.mkdir(parents=True)
    connect(job).execute(f"""
        COPY (
            SELECT DISTINCT *, CAST(event_time AS DATE) AS event_date
            FROM read_csv('{job.csv}', header = true, auto_detect = false, columns = {COLUMNS},
                          timestampformat = '%Y-%m-%d %H:%M:%S UTC')
        ) TO '{job.lake}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (event_date))""")


def answer(job: Job) -> Answers:
    """Asks all four questions."""
    connection = connect(job)
    connection.execute(f"CREATE VIEW events AS FROM read_parquet('{job.lake}/*/*.parquet', hive_partitioning = true)")
    return {name: rows(connection.execute(sql(name)).fetchall()) for name in QUESTIONS}


def connect(job: Job) -> duckdb.DuckDBPyConnection:
    """A connection that spills into the job's own folder."""
    connection = duckdb.connect(config={"threads": job.threads, "temp_directory": str(job.scratch)})
    connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
    return connection
