"""Runs in Spark's own environment, without footfall: statements in, Parquet out.

``python on_spark.py PLAN``; the plan is JSON: ``{"settings": {}, "tables": {name: path}, "statements": [{"name": "",
"sql": "", "out": folder}]}``. What a statement gives can be read under its name by those after it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession


def main(plan: dict[str, Any]) -> None:
    """Runs every statement of a plan, in order."""
    builder = SparkSession.builder
    for name, value in plan["settings"].items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    for name, path in plan["tables"].items():
        spark.read.parquet(path).createOrReplaceTempView(name)
    for statement in plan["statements"]:
        spark.sql(statement["sql"]).write.parquet(statement["out"])
        spark.read.parquet(statement["out"]).createOrReplaceTempView(statement["name"])
    spark.stop()


main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
