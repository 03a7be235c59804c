"""Every SQL file stays in the subset that DuckDB, Spark and Trino read alike: parsed, and written for all three."""

from __future__ import annotations

import pytest
from sqlglot import ErrorLevel, exp, parse_one

from footfall import insights
from footfall.insights import Query

QUERIES = [
    query
    for folder in (insights.daily(), insights.history(), insights.standing(), insights.questions())
    for query in folder.values()
]
ALIKE = (exp.Select, exp.Union)
REFUSED = (
    exp.Qualify,
    exp.Extract,
    exp.ApproxDistinct,
    exp.ArrayAgg,
    exp.Lambda,
    exp.PercentileCont,
    exp.PercentileDisc,
    exp.Columns,
    exp.TimestampTrunc,
    exp.DateAdd,
    exp.DateSub,
    exp.DateDiff,
    exp.Hint,
)
"""What one of the three lacks, or answers differently without saying so."""


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_written_for_every_engine(query: Query) -> None:
    tree = parse_one(query.text, dialect="duckdb")
    assert isinstance(tree, ALIKE)
    for dialect in ("spark", "trino"):
        text = tree.sql(dialect, unsupported_level=ErrorLevel.RAISE)
        assert parse_one(text, dialect=dialect)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_uses_nothing_that_engines_read_differently(query: Query) -> None:
    tree = parse_one(query.text, dialect="duckdb")
    assert [node.sql() for node in tree.walk() if isinstance(node, REFUSED)] == []
    groups = [group for group in tree.find_all(exp.Group) if group.args.get("all")]
    orders = [order for order in tree.find_all(exp.Ordered) if order.this.name.upper() == "ALL"]
    assert not groups
    assert not orders


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_says_what_it_is(query: Query) -> None:
    assert query.header["id"] == query.name
    assert query.header["title"]


@pytest.mark.parametrize("query", insights.daily().values(), ids=lambda query: query.name)
def test_a_daily_file_names_its_day_and_reads_clean_alone(query: Query) -> None:
    assert query.day in ("session_date", "event_date")
    tree = parse_one(query.text, dialect="duckdb")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    assert {table.name for table in tree.find_all(exp.Table)} - own == {"clean"}


@pytest.mark.parametrize("query", insights.questions().values(), ids=lambda query: query.name)
def test_a_question_is_defined_in_words(query: Query) -> None:
    assert query.header["definition"]
    assert query.reads
