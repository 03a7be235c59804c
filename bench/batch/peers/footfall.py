"""``footfall ingest`` with its settings as they are, durable when it returns.

The questions are asked of DuckDB over its lake, whose ``hour`` was written at ingest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.batch.work import QUESTIONS, Answers, Job, rows, sql
from footfall.config import Engine, Settings
from footfall.embedded import run
from footfall.embedded.lake import EmbeddedLake
from footfall.ingest.source import Source

if TYPE_CHECKING:
    import duckdb

TITLE = "Footfall"
DISTRIBUTION = "footfall"


def load(job: Job) -> None:
    """Brings the file into the lake."""
    run.ingest_source(open_lake(job), Source(str(job.csv)), None, lambda _rows, _position: None)


def answer(job: Job) -> Answers:
    """Asks all four questions."""
    from footfall.embedded.clean import open_connection

    connection = open_connection(job.threads, job.scratch)
    define_events(connection, job)
    return {name: rows(connection.execute(sql(name, "hour")).fetchall()) for name in QUESTIONS}


def open_lake(job: Job) -> EmbeddedLake:
    """The lake under the job's home."""
    return run.open_lake(job.home, Settings(engine=Engine(threads=job.threads)))


def define_events(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    """Makes ``events`` the rows of the whole lake."""
    connection.execute(f"CREATE VIEW events AS FROM read_parquet('{job.lake}/*/*.parquet', hive_partitioning = true)")
