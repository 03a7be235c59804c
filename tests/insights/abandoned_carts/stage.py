"""A small store in memory: `clean` from a list of events, the cart marts built from it, and the questions asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from footfall import insights
from footfall.insights import Query

Row = dict[str, Any]

CART_EVENTS = insights.daily()["cart_events"]
CARTS = insights.history()["carts"]
MARTS = {**insights.history(), **insights.standing()}
UNDER = {
    "abandoned_carts": ["cart_days"],
    "cart_presets": ["cart_days", "preset_days"],
    "recovery_list": ["recovery_lines"],
}
"""The marts that a question needs besides the carts."""
QUESTIONS = {name: insights.questions()[name] for name in ("abandoned_carts", "cart_presets", "recovery_list")}


@dataclass(frozen=True, slots=True)
class Event:
    """One row of `clean`, as far as carts can tell."""

    at: int
    visitor: str
    event_type: str
    product_id: str | None = "p1"
    price: int = 0
    quantity: int | None = None
    session: int = 1
    bot: int = 0
    event_date: date | None = None
    session_date: date | None = None
    category: str = "shoes"
    brand: str = "acme"
    order_id: str | None = None

    @property
    def day(self) -> date:
        """The local day; the UTC day where the case does not say."""
        return self.event_date or datetime.fromtimestamp(self.at / 1000, UTC).date()


_TYPES = {
    "at": pa.int64(),
    "price": pa.int64(),
    "session": pa.int64(),
    "quantity": pa.int32(),
    "bot": pa.int32(),
    "event_date": pa.date32(),
    "session_date": pa.date32(),
}
CLEAN = pa.schema([(f.name, _TYPES.get(f.name, pa.string())) for f in fields(Event)])


def _cells(event: Event) -> Row:
    row = {f.name: getattr(event, f.name) for f in fields(event)}
    return row | {"event_date": event.day, "session_date": event.session_date or event.day}


class Store:
    """The marts of a handful of events; the data's end is the last event of any type."""

    def __init__(self, con: duckdb.DuckDBPyConnection, events: Iterable[Event]) -> None:
        rows = [_cells(event) for event in events]
        self._con = con
        self.as_of: int = max(row["at"] for row in rows)
        self.days: list[date] = sorted({row["event_date"] for row in rows})
        con.register("clean", pa.Table.from_pylist(rows, schema=CLEAN))
        self._make(CART_EVENTS)
        self.build_carts()

    def _make(self, mart: Query) -> None:
        self._con.execute(f"CREATE OR REPLACE TABLE {mart.name} AS {mart.text}")

    def build_carts(self) -> None:
        """Makes the mart `carts` from the mart `cart_events` as it now stands."""
        self._make(CARTS)

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """The answer to any SQL, one dict a row."""
        answer = self._con.execute(sql, params)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def ask(self, name: str, **params: object) -> list[Row]:
        """The rows of one question over all days, at the data's end unless said otherwise."""
        known = {
            "since": self.days[0],
            "until": self.days[-1],
            "as_of": self.as_of,
            "settled": self.days[-1] - timedelta(days=8),
        } | params
        question = QUESTIONS[name]
        for mart in (MARTS[mart] for mart in UNDER[name]):
            params = {param: known[param] for param in mart.parameters}
            self._con.execute(f"CREATE OR REPLACE TABLE {mart.name} AS {mart.text}", params)
        return self.rows(question.text, {param: known[param] for param in question.parameters})

    def table(self, name: str) -> list[Row]:
        """All rows of a mart, in a fixed order."""
        return self.rows(f"FROM {name} ORDER BY ALL")
