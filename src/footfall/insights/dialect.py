"""A question or a mart as another engine's SQL: the same text, its parameters filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from sqlglot import ErrorLevel, exp, parse_one

from footfall.insights import Query

Engine = Literal["duckdb", "spark", "trino"]
Value = date | int


def written(query: Query, engine: Engine, parameters: Mapping[str, Value]) -> str:
    """The SELECT of a query as an engine reads it; Athena reads Trino's.

    Args:
        query: of any folder.
        engine: whose SQL.
        parameters: at least those that the text names.

    Raises:
        UnsupportedError: the text says what the engine has no word for.
    """
    tree = parse_one(query.text, dialect="duckdb")
    for parameter in list(tree.find_all(exp.Parameter, exp.Placeholder)):
        parameter.replace(_literal(parameters[parameter.name]))
    return tree.sql(engine, unsupported_level=ErrorLevel.RAISE, comments=False)


def _literal(value: Value) -> exp.Expr:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.number(value)
