"""Runs in Flink's own environment, without footfall: statements in, rows as JSON lines out.

``python on_flink.py PLAN``; the plan is JSON: ``{"settings": {}, "python": "", "source": [sql], "jobs": [{"name": "",
"views": [sql], "query": sql, "out": folder}], "together": n}``. ``python`` may make functions by ``st_env``. The jobs
run in statement sets of ``together``, to its input's end.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pyflink.common import Configuration
from pyflink.table import EnvironmentSettings, TableEnvironment


def main(plan: dict[str, Any]) -> None:
    """Runs every job of a plan."""
    configuration = Configuration()
    for name, value in plan["settings"].items():
        configuration.set_string(name, value)
    settings = EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(configuration).build()
    environment = TableEnvironment.create(settings)
    exec(plan.get("python", ""), {"__name__": "__main__", "st_env": environment})
    for statement in plan["source"]:
        environment.execute_sql(statement)
    jobs, size = plan["jobs"], plan["together"]
    for start in range(0, len(jobs), size):
        together = environment.create_statement_set()
        for number, job in enumerate(jobs[start : start + size], start):
            together.add_insert_sql(_insert(environment, f"sink_{number}", job))
        together.execute().wait()


def _insert(environment: TableEnvironment, sink: str, job: dict[str, Any]) -> str:
    for view in job["views"]:
        environment.execute_sql(view)
    schema = environment.sql_query(job["query"]).get_schema()
    pairs = zip(schema.get_field_names(), schema.get_field_data_types(), strict=True)
    columns = ", ".join(f"`{name}` {_type(str(kind))}" for name, kind in pairs)
    options = f"'connector' = 'filesystem', 'path' = '{job['out']}', 'format' = 'json'"
    environment.execute_sql(f"CREATE TABLE `{sink}` ({columns}) WITH ({options})")
    return f"INSERT INTO `{sink}` {job['query']}"


def _type(kind: str) -> str:
    if kind.startswith("TIMESTAMP"):
        return "TIMESTAMP(3)"
    return "STRING" if "CHAR" in kind else "BIGINT"


main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
