"""The daily job, on Glue 5.1 or PySpark 3.5.6: raw events into the lake's days, verdicts joined into `clean`, marts.

``spark-submit job.py --raw DIR --events DIR --clean DIR --verdicts DIR --marts DIR --run NAME --zone ZONE``; each DIR a
path or an S3 address of Parquet. ``events`` gets what the embedded lake keeps of each store-local day, ``clean`` what
marts are counted from, and ``marts/MART/NAME`` the marts, whole.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import BooleanType

from footfall.aws.spark import sql
from footfall.detect.spans import SHARED, spans
from footfall.incident import Verdict
from footfall.ingest.carried import Edge, carried
from footfall.known_bots import known_agents, owner
from footfall.verdict_row import EVIDENCE, verdict_of

CARRIED = "day DATE, number INT, origin INT"
JUDGED = "kind STRING, name STRING, since BIGINT, until BIGINT, bot INT, stern BOOLEAN"
MARTS = "marts.json"
"""In the release's archive: what ``footfall.aws.questions.marts()`` says."""
SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.sources.partitionOverwriteMode": "dynamic"}


def main(arguments: Sequence[str]) -> None:
    """Runs the job; arguments that are Glue's own are left alone."""
    parser = ArgumentParser()
    for name in ("raw", "events", "clean", "verdicts", "marts", "run"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--zone", default="UTC")
    told, _ = parser.parse_known_args(arguments)
    spark = SparkSession.builder.getOrCreate()
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    spark.read.parquet(told.raw).createOrReplaceTempView("raw")
    _write(tidied(spark, told.zone), told.events, "event_date")
    spark.read.parquet(told.events).createOrReplaceTempView("events")
    _write(cleaned(spark, told.zone, _verdicts(spark, told.verdicts)), told.clean, "session_date")
    spark.read.parquet(told.clean).createOrReplaceTempView("clean")
    count(spark, told.marts, told.run)
    spark.stop()


def count(spark: SparkSession, place: str, run: str) -> None:
    """Every mart of the view ``clean`` into ``place/MART/run``, as the product's own SQL counts it."""
    given = spark.sql(sql.EXTENT).first()
    assert given
    for mart in json.loads(files("footfall.aws.spark").joinpath(MARTS).read_text("utf-8")):
        kinds = [f"CAST(`{name}` AS {kind}) AS `{name}`" for name, kind in mart["columns"].items()]
        rows = spark.sql(mart["sql"], args=given.asDict()).selectExpr(*kinds)
        folder = f"{place}/{mart['name']}/{run}"
        rows.write.mode("overwrite").parquet(folder)
        spark.read.parquet(folder).createOrReplaceTempView(mart["name"])


def tidied(spark: SparkSession, zone: str) -> DataFrame:
    """The lake's rows of the view ``raw``: once each, sorted within their day, with its derived columns."""
    columns = set(spark.table("raw").columns)
    spark.sql(sql.typed(columns)).createOrReplaceTempView("typed")
    spark.sql(sql.once(zone)).createOrReplaceTempView("once")
    spark.sql(sql.NUMBERED).createOrReplaceTempView("numbered")
    rows = spark.sql(sql.SESSIONS).repartition("event_date").sortWithinPartitions(*sql.ORDER)
    return rows.drop(*sql.HELPERS)


def cleaned(spark: SparkSession, zone: str, verdicts: Sequence[Verdict]) -> DataFrame:
    """The relation ``clean`` of the view ``events``: visits whole, visitors resolved, bots marked."""
    spark.sql(sql.edges(zone)).createOrReplaceTempView("edges")
    spark.createDataFrame(_carried(spark), CARRIED).createOrReplaceTempView("carried")
    spark.sql(sql.IDENTITIES).createOrReplaceTempView("identities")
    spark.sql(sql.LINKS).createOrReplaceTempView("links")
    spark.udf.register("names_a_crawler", lambda agent: bool(known_agents([agent])), BooleanType())
    spark.udf.register("is_published", lambda address: owner(address) is not None, BooleanType())
    spark.sql(sql.KNOWN_AGENTS).createOrReplaceTempView("known_agents")
    spark.sql(sql.KNOWN_ADDRESSES).createOrReplaceTempView("known_addresses")
    spark.createDataFrame(list(map(tuple, spans(verdicts))), JUDGED).createOrReplaceTempView("judged")
    spark.sql(sql.BOUGHT).createOrReplaceTempView("bought")
    for kind in SHARED:
        spark.sql(sql.paced(kind)).createOrReplaceTempView(f"paced_{kind}")
    return spark.sql(sql.clean())


def _carried(spark: SparkSession) -> list[tuple[date, int, int]]:
    near: dict[date, list[Edge]] = {}
    for row in spark.sql(sql.MEETING).collect():
        for day in (row.day - timedelta(1), row.day):
            near.setdefault(day, [])
        near[row.day].append(Edge(row.key, row.number, row.first, row.last))
    return [(day, number, origin) for day, parts in carried(near).items() for number, origin in parts.items()]


def _verdicts(spark: SparkSession, path: str) -> list[Verdict]:
    """Each verdict as its latest change left it."""
    spark.read.parquet(path).createOrReplaceTempView("changes")
    return [_verdict(row.asDict()) for row in spark.sql(sql.STANDING).collect()]


def _verdict(row: dict[str, Any]) -> Verdict:
    return verdict_of({**row, "evidence": json.dumps({name: row[name] for name in EVIDENCE})})


def _write(rows: DataFrame, path: str, key: str) -> None:
    rows.write.partitionBy(key).mode("overwrite").parquet(path)


if __name__ == "__main__":
    main(sys.argv[1:])
