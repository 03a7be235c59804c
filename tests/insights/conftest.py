"""A small store in memory: `clean` from rows that name only what matters, and what SQL makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from footfall import insights

Row = dict[str, Any]

MARTS = {
    "top_categories": "category_hours",
    "discount_windows": "category_hours",
    "brands_to_promote": "brand_days",
}

CLEAN = pa.schema(
    {
        "session_date": pa.date32(),
        "week": pa.date32(),
        "event_date": pa.date32(),
        "hour": pa.int32(),
        "weekday": pa.int32(),
        "at": pa.int64(),
        "event_type": pa.string(),
        "product_id": pa.string(),
        "category": pa.string(),
        "brand": pa.string(),
        "price": pa.int64(),
        "quantity": pa.int32(),
        "visitor": pa.string(),
        "session": pa.int64(),
        "bot": pa.int32(),
        "path": pa.string(),
    }
)

USUAL: Row = {
    "event_date": date(2024, 3, 4),
    "hour": 10,
    "at": 0,
    "event_type": "view",
    "product_id": "p1",
    "category": "home.lamp",
    "brand": "acme",
    "price": 100,
    "quantity": None,
    "visitor": "ann",
    "session": 1,
    "bot": 0,
    "path": None,
}


def clean_row(row: Mapping[str, Any]) -> Row:
    """A whole row of `clean` from the cells that a test names."""
    full = USUAL | {name: value for name, value in row.items() if value is not None}
    full.setdefault("session_date", full["event_date"])
    monday = full["session_date"] - timedelta(days=full["session_date"].weekday())
    return {**full, "week": monday, "weekday": full["event_date"].isoweekday()}


class Shop:
    """A handful of events, counted and asked about."""

    def __init__(self, con: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, Any]]) -> None:
        self._con = con
        self.clean = pa.Table.from_pylist([clean_row(row) for row in rows], schema=CLEAN)

    def mart(self, name: str) -> list[Row]:
        """A mart over all history at once."""
        self._con.register("clean", self.clean)
        return self._rows(insights.daily()[name].text)

    def mart_by_day(self, name: str) -> list[Row]:
        """The same mart, counted day by day."""
        rows: list[Row] = []
        for day in sorted(set(self.clean["session_date"].to_pylist())):
            self._con.register("clean", self.clean.filter(pa.compute.equal(self.clean["session_date"], day)))
            rows += self._rows(insights.daily()[name].text)
        return rows

    def ask(self, question: str, since: date = date.min, until: date = date.max) -> list[Row]:
        """The rows of a question over some days."""
        self._con.register("clean", self.clean)
        mart = MARTS[question]
        self._con.execute(f"CREATE OR REPLACE TABLE {mart} AS {insights.daily()[mart].text}")
        return self._rows(insights.questions()[question].text, {"since": since, "until": until})

    def answer(self, name: str) -> list[Row]:
        """The rows of a question or of a mart."""
        return self.ask(name) if name in MARTS else self.mart(name)

    def _rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        answer = self._con.execute(sql, params)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@pytest.fixture(scope="session")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One engine in memory for all stores of a test run."""
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@pytest.fixture
def shop(engine: duckdb.DuckDBPyConnection) -> Any:
    """Makes stores from rows."""
    return lambda rows: Shop(engine, rows)
