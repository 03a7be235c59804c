"""Every mart and every question on every engine that reads SQL, from the same relation `clean`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from footfall import insights
from footfall.conformance import engines
from footfall.conformance.result import Progress, Result
from footfall.conformance.rows import equal
from footfall.conformance.trino import Trino
from footfall.embedded.answers import Answers
from footfall.embedded.clean import open_connection, parquet
from footfall.embedded.lake import EmbeddedLake, data_until
from footfall.embedded.whole import export_clean
from footfall.insights import SETTLES, Query
from footfall.insights.dialect import Engine, Value, written

CLEAN = "clean"
SPARK = {
    "spark.master": "local[2]",
    "spark.driver.memory": "3g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
}
_TRINO_TYPES = {"BIGINT": "bigint", "INTEGER": "integer", "DATE": "date", "VARCHAR": "varchar"}


@dataclass(frozen=True, slots=True)
class _Work:
    """What an engine is given: where `clean` lies, what to ask in order, where to put the answers."""

    clean: Path
    queries: Sequence[Query]
    parameters: Mapping[str, Value]
    folder: Path

    def out(self, name: str) -> Path:
        """The folder of Parquet files of a mart or a question."""
        return self.folder / name

    def statements(self, engine: Engine) -> Iterator[tuple[str, str]]:
        """The name and the text of each query."""
        for query in self.queries:
            yield query.name, written(query, engine, self.parameters)


def compare(lake: EmbeddedLake, chosen: Sequence[str], folder: Path, progress: Progress) -> Iterator[Result]:
    """Compares what engines count from a lake's clean events with its own marts and answers.

    Args:
        lake: with its marts built.
        chosen: engines; those that read no insights are left out.
        folder: for what they write.
        progress: told what is done next.
    """
    clean = folder / CLEAN / f"{CLEAN}.parquet"
    clean.parent.mkdir(parents=True)
    export_clean(lake, clean)
    parameters, queries = parameters_of(lake), [*insights.marts().values(), *insights.questions().values()]
    for engine in chosen:
        if engine in _RUN:
            progress(f"insights on {engine}")
            work = _Work(clean, queries, parameters, folder / engine)
            _RUN[engine](work)
            yield from _compared(lake, engine, work)


def parameters_of(lake: EmbeddedLake) -> dict[str, Value]:
    """What a lake's marts and questions are asked with: all of its days."""
    first, last = min(lake.days()), max(lake.days())
    week = first - timedelta(first.weekday())
    return {
        "since": first,
        "until": last,
        "since_week": week,
        "settled": last - SETTLES,
        "as_of": data_until(lake),
    }


def _on_duckdb(work: _Work) -> None:
    with open_connection(2, work.folder / "spill") as connection:
        connection.execute(f"CREATE VIEW {CLEAN} AS FROM {parquet([work.clean])}")
        for name, sql in work.statements("duckdb"):
            connection.execute(f"CREATE TABLE {name} AS {sql}")
            work.out(name).mkdir(parents=True)
            connection.execute(f"COPY {name} TO '{work.out(name)}/{name}.parquet' (FORMAT parquet)")


def _on_spark(work: _Work) -> None:
    statements = [{"name": name, "sql": sql, "out": str(work.out(name))} for name, sql in work.statements("spark")]
    plan = {"settings": SPARK, "tables": {CLEAN: str(work.clean)}, "statements": statements}
    engines.run_plan("spark", "on_spark.py", plan, work.folder)


def _on_trino(work: _Work) -> None:
    work.folder.mkdir()
    with Trino(work.folder) as server:
        own = server.warehouse / CLEAN
        own.mkdir()
        (own / work.clean.name).hardlink_to(work.clean)
        named = duckdb.execute(f"DESCRIBE FROM {parquet([work.clean])}").fetchall()
        columns = ", ".join(f'"{name}" {_TRINO_TYPES[kind]}' for name, kind, *_ in named)
        location = f"local:///{CLEAN}"
        server.execute(f"CREATE TABLE {CLEAN} ({columns}) WITH (external_location = '{location}', format = 'PARQUET')")
        for name, sql in work.statements("trino"):
            server.execute(f"CREATE TABLE {name} WITH (format = 'PARQUET') AS {sql}")
    for query in work.queries:
        server.table(query.name).rename(work.out(query.name))


_RUN: dict[str, Callable[[_Work], None]] = {"duckdb": _on_duckdb, "spark": _on_spark, "trino": _on_trino}


def _compared(lake: EmbeddedLake, engine: str, work: _Work) -> Iterator[Result]:
    answers = Answers(lake)
    with open_connection(2, work.folder / "spill") as connection:
        for query in work.queries:
            asked = query.name in insights.questions()
            own = answers.ask(query.name) if asked else answers.query(f"FROM {query.name}")
            files = [path for path in work.out(query.name).iterdir() if path.is_file() and path.name[0] not in "._"]
            yield Result(query.name, engine, *equal(connection, own, parquet(files)))
