"""ClickHouse as its manual has it: one partitioned insert of distinct rows, types given.

The questions stand as they are, with SQL's own meaning of NULL in joins.
"""

from __future__ import annotations

import json

import chdb

from bench.batch.work import QUESTIONS, Answers, Job, Value, sql

TITLE = "chDB (ClickHouse)"
DISTRIBUTION = "chdb"

COLUMNS = (
    "event_time DateTime(''UTC''), event_type String, product_id Int64, category_id Int64, "
    "category_code Nullable(String), brand Nullable(String), price Decimal(10, 2), user_id Int64, "
    "user_session Nullable(String)"
)
READING = "date_time_input_format = 'best_effort', input_format_csv_empty_as_default = 1"
WRITING = "output_format_parquet_compression_method = 'zstd'"
ASKING = "use_hive_partitioning = 1, join_use_nulls = 1, output_format_json_quote_64bit_integers = 0"


def load(job: Job) -> None:
    """Brings the file into the lake."""
    job.lake.mkdir(parents=True)
    threads = f"max_threads = {job.threads}, max_insert_threads = {job.threads}"
    chdb.query(f"""
        INSERT INTO FUNCTION file('{job.lake}/event_date={{_partition_id}}/data.parquet', 'Parquet')
        PARTITION BY toString(toDate(event_time))
        SELECT DISTINCT * FROM file('{job.csv}', 'CSVWithNames', '{COLUMNS}')
        SETTINGS {threads}, {READING}, {WRITING}""")


def answer(job: Job) -> Answers:
    """Asks all four questions."""
    return {name: _ask(job, name) for name in QUESTIONS}


def _ask(job: Job, name: str) -> list[list[Value]]:
    events = f"file('{job.lake}/event_date=*/*.parquet', 'Parquet')"
    text = sql(name, "toHour(event_time, 'UTC')").replace("FROM events", f"FROM {events}")
    answer = chdb.query(f"{text} SETTINGS max_threads = {job.threads}, {ASKING}", "JSONCompactEachRow")
    return [json.loads(line) for line in str(answer).splitlines()]
