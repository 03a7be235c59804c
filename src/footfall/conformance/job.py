"""The daily job of the AWS plane, run on Spark here: its lake and its `clean` are the embedded plane's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from footfall import insights
from footfall.aws import release, spark
from footfall.aws.tables import VERDICT_SCHEMA
from footfall.conformance import engines
from footfall.conformance.insights import SPARK
from footfall.conformance.result import Progress, Result
from footfall.conformance.rows import equal
from footfall.embedded.answers import Answers
from footfall.embedded.clean import parquet
from footfall.embedded.incident_store import standing_verdicts
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.whole import export_clean
from footfall.verdict_row import told_of

JOB = Path(spark.__file__).with_name("job.py")
MARTS, RUN = "marts", "r1"


def compare(lake: EmbeddedLake, raw: Path, chosen: Sequence[str], folder: Path, progress: Progress) -> Iterator[Result]:
    """Compares what the job makes of raw events with an embedded lake.

    Args:
        lake: with its marts built.
        raw: a folder of Parquet files of the events that the lake was given.
        chosen: engines; nothing is done without spark.
        folder: for what the job writes.
        progress: told what is done next.
    """
    if "spark" not in chosen:
        return
    progress("the daily job on spark")
    work = folder / "job"
    work.mkdir()
    _write_verdicts(lake, work / "verdicts.parquet")
    export_clean(lake, work / "embedded.parquet")
    (work / release.FUNCTIONS).write_bytes(release.functions())
    places = {
        "raw": raw,
        "verdicts": work / "verdicts.parquet",
        **{name: work / name for name in ("events", "clean", MARTS)},
    }
    arguments = [word for name, place in places.items() for word in (f"--{name}", str(place))]
    settings = " ".join(f"--conf {name}={value}" for name, value in SPARK.items())
    more = {
        "PYTHONPATH": str(work / release.FUNCTIONS),
        "PYSPARK_SUBMIT_ARGS": f"{settings} pyspark-shell",
    }
    engines.run("spark", JOB, [*arguments, "--run", RUN, "--zone", lake.settings.store.timezone], work, more)
    yield from _compared(lake, work)


def _compared(lake: EmbeddedLake, work: Path) -> Iterator[Result]:
    files = [lake.table.path(file) for file in lake.days().values()]
    own = {"events": parquet(files, hive=True), "clean": parquet([work / "embedded.parquet"])}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
        for name, relation in own.items():
            theirs = parquet(sorted((work / name).glob("*/*.parquet")), hive=True)
            table = connection.sql(f"FROM {relation}").to_arrow_table()
            yield Result(f"job {name}", "spark", *equal(connection, table, theirs))
        answers = Answers(lake)
        for name in insights.marts():
            theirs = parquet(sorted((work / MARTS / name / RUN).glob("*.parquet")))
            yield Result(f"job {name}", "spark", *equal(connection, answers.query(f"FROM {name}"), theirs))


def _write_verdicts(lake: EmbeddedLake, path: Path) -> None:
    """The verdicts as the AWS plane's table has them."""
    rows = [told_of(verdict) | {"changed_at": verdict.valid_to} for verdict in standing_verdicts(lake.layout)]
    pq.write_table(pa.Table.from_pylist(rows, VERDICT_SCHEMA), path)
