"""The data sets: each question in Athena's SQL over the days that the dashboard looks back on, and its columns."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import duckdb
from sqlglot import exp

from footfall import insights
from footfall.aws.questions import ROLLING
from footfall.aws.quicksight.pages import PAGES, Source
from footfall.insights import Query, header
from footfall.insights.dialect import text, tree

_ANY = {"since": date.max, "since_week": date.max, "until": date.max, "settled": date.max, "as_of": 0}
_TYPES = {"DATE": "DATETIME", "BIGINT": "INTEGER", "INTEGER": "INTEGER", "VARCHAR": "STRING", "BOOLEAN": "BOOLEAN"}
_GIVEN = {
    "clean": """session_date DATE, week DATE, event_date DATE, hour INTEGER, weekday INTEGER, "at" BIGINT,
        event_type VARCHAR, product_id VARCHAR, category VARCHAR, brand VARCHAR, price BIGINT, quantity INTEGER,
        visitor VARCHAR, session BIGINT, bot INTEGER, path VARCHAR, referrer VARCHAR, campaign VARCHAR,
        order_id VARCHAR""",
    "raw": "ip VARCHAR, user_agent VARCHAR, user_id VARCHAR, anon_id VARCHAR, day VARCHAR",
    "verdicts": 'id VARCHAR, rule VARCHAR, "class" VARCHAR, withdrawn BIGINT, changed_at BIGINT, day VARCHAR',
}
"""Columns of what is there before anything is counted."""


@cache
def asked() -> dict[str, Query]:
    """Every question: those of the store, and those of this folder."""
    return insights.questions() | own()


@cache
def own() -> dict[str, Query]:
    """The questions that this folder asks about the guard and the data."""
    entries = sorted(files("footfall.aws.quicksight").iterdir(), key=lambda entry: entry.name)
    texts = {
        entry.name.removesuffix(".sql"): entry.read_text("utf-8") for entry in entries if entry.name.endswith(".sql")
    }
    return {name: Query(name, header(text), text) for name, text in texts.items()}


def _tables() -> set[str]:
    return {*_GIVEN, *insights.daily(), *insights.history(), *insights.standing()}


@cache
def sources() -> tuple[Source, ...]:
    """Every data set that a page shows, in order of first use."""
    return tuple(dict.fromkeys(shown.source for page in PAGES for shown in page.shown))


def athena(source: Source, database: str) -> str:
    """A data set's SQL as Athena reads it, asked of the last weeks of a database's tables.

    Raises:
        UnsupportedError: the question says what Athena has no word for.
    """
    parsed = tree(asked()[source.question], ROLLING)
    for table in list(parsed.find_all(exp.Table)):
        if table.name in _tables():
            table.set("db", exp.to_identifier(database))
    if source.rows:
        parsed = exp.select("*").from_(exp.Subquery(this=parsed, alias="answered")).where(source.rows, dialect="trino")
    return text(parsed, "trino")


@cache
def columns() -> dict[str, dict[str, str]]:
    """Each question's columns as QuickSight types them, read off the SQL itself: asked of a store without events."""
    with duckdb.connect() as connection:
        for name, declared in _GIVEN.items():
            connection.execute(f"CREATE TABLE {name} ({declared})")
        for query in [*insights.daily().values(), *insights.history().values(), *insights.standing().values()]:
            _ask(connection, query).create(query.name)
        return {name: _described(_ask(connection, query)) for name, query in asked().items()}


def _ask(connection: duckdb.DuckDBPyConnection, query: Query) -> duckdb.DuckDBPyRelation:
    return connection.sql(query.text, params={name: _ANY[name] for name in query.parameters})


def _described(relation: duckdb.DuckDBPyRelation) -> dict[str, str]:
    return {name: _TYPES[str(kind)] for name, kind in zip(relation.columns, relation.types, strict=True)}
