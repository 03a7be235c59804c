"""One job in a mini-cluster: Flink SQL made from the rules' texts, five INSERTs in one statement set, so one parse.

Windows are table-valued HOPs; the watermark follows ``received_at`` and late events are left out by a WHERE, so nothing
is dropped by Flink itself. A file in order of arrival for each thread stands for a partition of a log; objects reused.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from datetime import UTC, datetime
from typing import Any

from bench.stream.work import ALLOWED, BEHIND, Job, Row, rows, save

os.environ.setdefault("JVM_ARGS", "-Xmx8g")

from pyflink.common import Configuration
from pyflink.table import EnvironmentSettings, TableEnvironment

TITLE = "Flink SQL"
DISTRIBUTION = "apache-flink"
PREPARE = "bench.stream.flink_sql"
MOST = 300_000
"""It is given the first events only: a gap is copied into each of thirty windows, so all of them would take long."""

SETTINGS = {
    "table.local-time-zone": "UTC",
    "pipeline.object-reuse": "true",
    "rest.bind-address": "127.0.0.1",
}
RAW = """
CREATE TABLE raw_events (
  `event_time` TIMESTAMP_LTZ(3), `received_at` TIMESTAMP_LTZ(3), `event_type` STRING, `product_id` STRING,
  `user_session` STRING, `ip` STRING, `user_agent` STRING, `path` STRING,
  WATERMARK FOR `event_time` AS `received_at` - INTERVAL '{behind}' SECOND
) WITH (
  'connector' = 'filesystem', 'path' = '{path}', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601'
)"""
EVENTS = """
CREATE TEMPORARY VIEW events AS
SELECT `event_time` AS `rowtime`, 1000 * EXTRACT(EPOCH FROM `event_time`) + EXTRACT(MILLISECOND FROM `event_time`)
  AS `event_time`, `event_type`, `product_id`, `user_session`, `ip`, `user_agent`, `path`
FROM raw_events
WHERE `event_type` <> 'request' AND `received_at` <= `event_time` + INTERVAL '{allowed}' SECOND"""
SINK = "CREATE TABLE `to_{name}` ({columns}) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'csv')"


def watch(job: Job) -> dict[str, int]:
    """Runs the five rules to the end of the stream."""
    shutil.rmtree(job.home / "out", ignore_errors=True)
    environment = _environment(job)
    environment.execute_sql(RAW.format(behind=BEHIND / 1000, path=job.home / "parts"))
    environment.execute_sql(EVENTS.format(allowed=ALLOWED / 1000))
    together = environment.create_statement_set()
    for name, (*views, query) in json.loads((job.home / "statements.json").read_text()).items():
        for view in views:
            environment.execute_sql(view)
        columns = environment.sql_query(query).get_schema().get_field_names()
        declared = ", ".join(f"`{column}` {_type(column, columns)}" for column in columns)
        environment.execute_sql(SINK.format(name=name, columns=declared, path=job.home / "out" / name))
        together.add_insert_sql(f"INSERT INTO `to_{name}` {query}")
    together.execute().wait()
    return {}


def collect(job: Job) -> dict[str, int]:
    """Brings what Flink wrote into the common form."""
    found: list[Row] = []
    for path in sorted((job.home / "out").glob("*/*")):
        with path.open(newline="") as file:
            found += rows(path.parent.name, 1, [(*row[:-1], _milliseconds(row[-1])) for row in csv.reader(file)])
    return {"rows": save(job, found)}


def _environment(job: Job) -> Any:
    configuration = Configuration()
    threads = {"parallelism.default": str(job.threads), "taskmanager.numberOfTaskSlots": str(job.threads)}
    for name, value in {**SETTINGS, **threads}.items():
        configuration.set_string(name, value)
    settings = EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(configuration).build()
    return TableEnvironment.create(settings)


def _type(column: str, columns: list[str]) -> str:
    if column == columns[-1]:
        return "TIMESTAMP(3)"
    return "STRING" if column == columns[0] else "BIGINT"


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
