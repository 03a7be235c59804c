"""Every query is written for every engine with its parameters filled in, and means on DuckDB what it meant."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest

from footfall import insights
from footfall.insights import Query
from footfall.insights.dialect import Engine, Value, written

QUERIES = [
    query
    for folder in (insights.daily(), insights.history(), insights.standing(), insights.questions())
    for query in folder.values()
]
DAY = date(2024, 3, 4)
PARAMETERS: dict[str, Value] = {
    "since": DAY,
    "until": DAY,
    "since_week": DAY,
    "settled": DAY,
    "as_of": 1_709_600_000_000,
}


@pytest.mark.parametrize("engine", get_args(Engine))
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_nothing_is_left_to_fill_in(query: Query, engine: Engine) -> None:
    text = written(query, engine, PARAMETERS)
    assert "$" not in text
    assert ":" not in text.replace("://", "")
    assert ("2024-03-04" in text) == bool({"since", "until", "since_week", "settled"} & set(query.parameters))
    assert ("1709600000000" in text) == ("as_of" in query.parameters)


def test_a_parameter_that_nobody_gave_is_an_error() -> None:
    with pytest.raises(KeyError, match="since"):
        written(insights.questions()["sales"], "spark", {})


def test_the_text_means_what_it_meant(shop: Any) -> None:
    store = shop([{}, {"event_type": "purchase"}, {"session": 2, "hour": 11}])
    text = written(insights.daily()["session_days"], "duckdb", {})
    assert store.mart("session_days") == store._rows(text)
