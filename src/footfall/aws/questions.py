"""Marts and questions as the AWS plane asks them: Spark counts the marts each day, Athena answers from them."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import duckdb
from sqlglot import exp, parse_one

from footfall import insights
from footfall.aws.tables import CLEAN, CLEAN_COLUMNS, TABLES
from footfall.insights import SETTLES
from footfall.insights.dialect import Value, written

WEEKS = 13
"""How far back questions look."""
_SINCE = f"CURRENT_DATE - INTERVAL '{WEEKS * 7 - 1}' DAY"


def _said(expression: str) -> exp.Expr:
    return parse_one(expression, dialect="trino")


ROLLING: dict[str, Value] = {
    "since": _said(_SINCE),
    "since_week": _said(f"CAST(DATE_TRUNC('WEEK', {_SINCE}) AS DATE)"),
    "until": _said("CURRENT_DATE"),
    "settled": _said(f"CURRENT_DATE - INTERVAL '{SETTLES.days}' DAY"),
}
"""What a question is asked with in Athena."""
_DUCKDB = {"string": "VARCHAR", "int": "INTEGER", "bigint": "BIGINT", "date": "DATE"}
_HIVE = {"VARCHAR": "string", "INTEGER": "int", "BIGINT": "bigint", "DATE": "date", "BOOLEAN": "boolean"}


class Question(NamedTuple):
    """A question: its name, what it is, its SQL for Athena."""

    name: str
    title: str
    sql: str


def questions() -> list[Question]:
    """Every question, asked of the last ``WEEKS`` weeks."""
    found = insights.questions().values()
    return [Question(query.name, query.header["title"], written(query, "trino", ROLLING)) for query in found]


def marts() -> list[dict[str, Any]]:
    """Every mart after those that it reads, as the daily job takes it: ``name``, ``sql`` for Spark, ``columns``.

    The SQL has Spark's named parameters ``:since``, ``:until`` (dates) and ``:as_of`` (the data's end, epoch ms).
    """
    found = []
    for name, query in insights.marts().items():
        given: dict[str, Value] = {each: exp.Placeholder(this=each) for each in query.parameters}
        found.append({"name": name, "sql": written(query, "spark", given), "columns": columns()[name]})
    return found


@cache
def columns() -> dict[str, dict[str, str]]:
    """Each mart's columns as Hive types them, read off the SQL itself: asked of a store without events."""
    declared = {TABLES[CLEAN].key: TABLES[CLEAN].key_type, **CLEAN_COLUMNS}
    listed = ", ".join(f'"{name}" {_DUCKDB[kind]}' for name, kind in declared.items())
    nothing = {name: exp.Null() for name in ("since", "until", "as_of")}
    found: dict[str, dict[str, str]] = {}
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {CLEAN} ({listed})")
        for name, query in insights.marts().items():
            relation = connection.sql(written(query, "duckdb", nothing))
            relation.create(name)
            kinds = map(str, relation.types)
            found[name] = {column: _HIVE[kind] for column, kind in zip(relation.columns, kinds, strict=True)}
    return found
