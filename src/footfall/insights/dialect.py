"""A question or a mart as another engine's SQL: the same text, its parameters filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from sqlglot import ErrorLevel, exp, parse_one

from footfall.insights import Query

Engine = Literal["duckdb", "spark", "trino"]
Value = date | int | exp.Expr
"""A parameter's value, or an expression that gives it."""


def written(query: Query, engine: Engine, parameters: Mapping[str, Value]) -> str:
    """The SELECT of a query as an engine reads it; Athena reads Trino's.

    Args:
        query: of any folder.
        engine: whose SQL.
        parameters: at least those that the text names.

    Raises:
        UnsupportedError: the text says what the engine has no word for.
    """
    return text(tree(query, parameters), engine)


def tree(query: Query, parameters: Mapping[str, Value]) -> exp.Expr:
    """The SELECT of a query with its parameters filled in."""
    parsed = parse_one(query.text, dialect="duckdb")
    for parameter in list(parsed.find_all(exp.Parameter, exp.Placeholder)):
        parameter.replace(_literal(parameters[parameter.name]))
    return parsed


def text(parsed: exp.Expr, engine: Engine) -> str:
    """A SELECT as an engine reads it.

    Raises:
        UnsupportedError: it says what the engine has no word for.
    """
    return parsed.sql(engine, unsupported_level=ErrorLevel.RAISE, comments=False)


def _literal(value: Value) -> exp.Expr:
    if isinstance(value, exp.Expr):
        return exp.paren(value.copy())
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.number(value)
