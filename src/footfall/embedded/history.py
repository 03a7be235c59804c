"""Marts that look across days: who came for the first time, and carts that live for weeks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from footfall import insights
from footfall.embedded.lake import EmbeddedLake, data_until
from footfall.embedded.marts import VISITOR_DAYS, mart
from footfall.embedded.midnight import midnight
from footfall.embedded.table import Draft, Table
from footfall.embedded.views import reader
from footfall.insights import Query
from footfall.ports import DayFile

FIRST_DAYS = "first_days"
CART_EVENTS = "cart_events"
CARTS = "carts"
PRESET_DAYS = "preset_days"

CART_ORDER = "day, visitor, started_at, population, ending"
RENEWED = "FROM fresh UNION ALL BY NAME SELECT * FROM carts WHERE visitor NOT IN (FROM touched)"
"""All carts as they are now."""

DIFFERENT = """
WITH replaced AS MATERIALIZED (SELECT day, * EXCLUDE (day) FROM carts WHERE visitor IN (FROM touched))
SELECT DISTINCT day FROM ((FROM fresh EXCEPT FROM replaced) UNION ALL (FROM replaced EXCEPT FROM fresh))
"""
"""Days that gain a cart or lose one; no two carts are the same."""

WAITS = 2
"""Days after its own that the presets of a day look at."""

Write = Callable[[pa.Table], Draft]


def count_first_days(lake: EmbeddedLake, write: Write) -> None:
    """Tells new visitors from returning ones, from the first day on whose visitors or predecessors changed."""
    table = mart(lake.layout, FIRST_DAYS)
    made_from = _chained(mart(lake.layout, VISITOR_DAYS).days())
    if stale := _stale(table, made_from):
        with reader(lake.layout, lake.settings.engine.workers, VISITOR_DAYS) as connection:
            query = f"FROM (\n{insights.history()[FIRST_DAYS].text}\n) ORDER BY ALL"
            rows = connection.sql(query, params={"since": min(stale)}).to_arrow_table()
        _replace(table, rows, stale, made_from, write)


def count_carts(lake: EmbeddedLake, write: Write) -> None:
    """Works out again the carts of every visitor whom a changed day touches; days on which none differs stay."""
    table = mart(lake.layout, CARTS)
    text = insights.history()[CARTS].text
    sources = mart(lake.layout, CART_EVENTS).days()
    made_from = {day: _named(text, file.name) for day, file in sources.items()}
    if not (stale := _stale(table, made_from)):
        return
    live, days, source = table.days(), list(made_from), f"(\n{text}\n)"
    with reader(lake.layout, lake.settings.engine.workers, CART_EVENTS, *([CARTS] if live else [])) as connection:
        if live.keys() - set(stale):
            _restrict(connection, stale, midnight(min(stale), lake.settings.store.zone))
            connection.execute(f"CREATE TEMP TABLE fresh AS SELECT day, * EXCLUDE (day) FROM {_over(text, 'affected')}")
            days = sorted({*stale, *(day for (day,) in connection.execute(DIFFERENT).fetchall())})
            listed = ", ".join(f"DATE '{day}'" for day in days)
            source = f"({RENEWED}) WHERE day IN ({listed})"
        rows = connection.sql(f"SELECT day, * EXCLUDE (day) FROM {source} ORDER BY {CART_ORDER}").to_arrow_table()
    _replace(table, rows, days, made_from, write)


def count_presets(lake: EmbeddedLake, write: Write) -> None:
    """Counts what other tools would say of each day whose cart events, or those just after it, changed."""
    table, events = mart(lake.layout, PRESET_DAYS), mart(lake.layout, CART_EVENTS).days()
    query, end = insights.history()[PRESET_DAYS], data_until(lake)
    made_from = {}
    for day in events:
        near = [day + timedelta(offset) for offset in range(WAITS + 1)]
        waiting = "" if near[-1] < max(events) else str(end)
        made_from[day] = _named(query.text, waiting, *(events[other].name for other in near if other in events))
    if stale := _stale(table, made_from):
        params = {"since": min(stale), "until": max(stale), "as_of": end}
        with reader(lake.layout, lake.settings.engine.workers, CART_EVENTS) as connection:
            some = f"cart_events WHERE day BETWEEN DATE '{min(stale)}' AND DATE '{max(stale) + timedelta(WAITS)}'"
            rows = connection.sql(f"FROM {_over(query.text, some)} ORDER BY ALL", params=params).to_arrow_table()
        _replace(table, rows, stale, made_from, write)


def count_standing(lake: EmbeddedLake, query: Query, write: Write) -> None:
    """Works out a standing mart again if one of its sources, or the data's end, changed."""
    days, table = lake.days(), mart(lake.layout, query.name)
    sources = [file.name for source in query.reads for file in mart(lake.layout, source).days().values()]
    made_from = _named(query.text, str(data_until(lake)), *sources)
    if not days or [file.made_from for file in table.days().values()] == [made_from]:
        return
    with reader(lake.layout, lake.settings.engine.workers, *query.reads) as connection:
        params = bound(query, {"as_of": data_until(lake)})
        rows = connection.sql(f"FROM (\n{query.text}\n) ORDER BY ALL", params=params).to_arrow_table()
    placed = table.place(write(rows), max(days), made_from)
    table.commit({**dict.fromkeys(table.days()), max(days): placed})


def bound(query: Query, known: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a text names, with their values."""
    return {name: known[name] for name in query.parameters}


def _restrict(connection: duckdb.DuckDBPyConnection, stale: list[date], since: int) -> None:
    """``touched``: visitors with a cart event on a changed day, now or, as far as their carts tell, before."""
    connection.execute(
        """CREATE TEMP TABLE touched AS
           SELECT visitor FROM cart_events WHERE list_contains($stale, day)
           UNION SELECT visitor FROM carts
           WHERE day <= $until AND greatest(last_at, coalesce(bought_at, 0)) >= $since""",
        {"stale": stale, "since": since, "until": max(stale)},
    )
    connection.execute("CREATE TEMP VIEW affected AS FROM cart_events WHERE visitor IN (FROM touched)")


def _over(text: str, relation: str) -> str:
    """The carts of some visitors: the same text over a part of its source."""
    return f"(WITH cart_events AS (FROM {relation}) FROM (\n{text}\n))"


def _stale(table: Table, made_from: Mapping[date, str]) -> list[date]:
    """Days made from something else than they would be now, or never; days gone are dropped."""
    live = table.days()
    if gone := live.keys() - made_from.keys():
        table.commit(dict.fromkeys(gone))
    return [day for day, source in made_from.items() if day not in live or live[day].made_from != source]


def _replace(table: Table, rows: pa.Table, days: list[date], made_from: Mapping[date, str], write: Write) -> None:
    """Commits the rows of some days, each to its day."""
    rows = rows.sort_by("day") if rows.column_names[0] != "day" else rows
    of_row = rows["day"].to_numpy()
    changed: dict[date, DayFile | None] = {}
    for day in days:
        first, last = np.searchsorted(of_row, np.datetime64(day)), np.searchsorted(of_row, np.datetime64(day), "right")
        part = rows.slice(first, last - first).drop_columns(["day"])
        changed[day] = table.place(write(part), day, made_from[day])
    table.commit(changed)


def _chained(days: Mapping[date, DayFile]) -> dict[date, str]:
    """For each day a short name of everything up to it."""
    chained, before = {}, insights.history()[FIRST_DAYS].text
    for day, file in days.items():
        chained[day] = before = _named(before, file.name)
    return chained


def _named(*parts: str) -> str:
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()
