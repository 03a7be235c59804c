"""``local[…]`` with an 8 GB driver and 8 shuffle partitions (the default 200 suit a cluster).

One shuffle by day serves both the removal of duplicates and the partitioned write; the questions are Spark SQL.
"""

from __future__ import annotations

import os

from pyspark.sql import SparkSession
from pyspark.sql.functions import to_date

from bench.batch.work import COLUMNS, QUESTIONS, Answers, Job, rows, sql

TITLE = "PySpark"
DISTRIBUTION = "pyspark"

SETTINGS = {
    "spark.driver.memory": "8g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
}


def load(job: Job) -> None:
    """Brings the file into the lake."""
    session = connect(job)
    schema = ", ".join(f"{name} {kind.replace('VARCHAR', 'STRING')}" for name, kind in COLUMNS.items())
    events = session.read.csv(str(job.csv), schema=schema, header=True, timestampFormat="yyyy-MM-dd HH:mm:ss 'UTC'")
    by_day = events.withColumn("event_date", to_date("event_time")).repartition("event_date").dropDuplicates()
    by_day.write.partitionBy("event_date").parquet(str(job.lake))
    session.stop()


def answer(job: Job) -> Answers:
    """Asks all four questions."""
    session = connect(job)
    session.read.parquet(str(job.lake)).createOrReplaceTempView("events")
    texts = {name: sql(name).replace("VARCHAR", "STRING") for name in QUESTIONS}
    answers = {name: rows(session.sql(text).collect()) for name, text in texts.items()}
    session.stop()
    return answers


def connect(job: Job) -> SparkSession:
    """A session on this machine alone."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(f"local[{job.threads}]").config("spark.local.dir", str(job.scratch))
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
