"""Sessions that went on after midnight, added to a day that was counted without what followed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from footfall.embedded.clean import parquet
from footfall.insights import Query


def extended(
    connection: duckdb.DuckDBPyConnection, query: Query, day: date, live: Path, sessions: Iterable[int]
) -> pa.Table:
    """A mart's day, from what it was and from those sessions alone that went on.

    Args:
        connection: holds ``cleaned`` of the day, with what its sessions did after midnight.
        query: a daily file whose rows add up over sessions.
        day: the day.
        live: the file of that day, counted without what followed.
        sessions: numbers of the day's sessions that went on.

    Returns:
        What the query gives for the whole day, in the order in which a day is kept.
    """
    names = pq.read_schema(live).names
    listed = ", ".join(map(str, sorted(set(sessions))))
    whole = f"FROM cleaned WHERE session_date = DATE '{day}' AND session IN ({listed})"
    parts = f"""SELECT DATE '{day}' AS day, * FROM {parquet([live])}
                UNION ALL BY NAME {_signed(query, names, whole, "")}
                UNION ALL BY NAME {_signed(query, names, f"{whole} AND event_date = session_date", "-")}"""
    measures = [name for name in names if name not in query.keys]
    columns = [name if name in query.keys else f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in names]
    return connection.sql(f"""
        SELECT {", ".join(["day", *columns])} FROM ({parts}) GROUP BY {", ".join(["day", *_others(query)])}
        HAVING {" OR ".join(f"SUM({name}) <> 0" for name in measures)} ORDER BY ALL""").to_arrow_table()


def _signed(query: Query, names: Iterable[str], clean: str, sign: str) -> str:
    """What a query counts of some rows, its measures with a sign."""
    columns = [name if name in query.keys else f"{sign}{name} AS {name}" for name in names]
    return f"(WITH clean AS ({clean}) SELECT {', '.join(['day', *columns])} FROM (\n{query.text}\n))"


def _others(query: Query) -> list[str]:
    return [name for name in query.keys if name != "day"]
