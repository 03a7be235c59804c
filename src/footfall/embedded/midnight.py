"""Sessions that run over midnight: which part of a day continues a session of the day before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from footfall.embedded.clean import Carried, define_events
from footfall.ingest.day import SILENCE

SILENCE_MS = SILENCE // 1000

EDGES = """
SELECT coalesce(user_session, coalesce(user_id, anon_id) || chr(0)) AS key, session_no,
       epoch_ms(min(event_time)) AS first, epoch_ms(max(event_time)) AS last
FROM events
WHERE epoch_ms(event_time) < $start + $silence OR epoch_ms(event_time) >= $stop - $silence
GROUP BY ALL ORDER BY ALL
"""
"""What the sessions of a day's first and last half hour are called, and when they were active in those."""

MEETING = f"""
SELECT day, key, session_no, first, last
FROM edges AS one
WHERE EXISTS (SELECT 1 FROM edges AS other
              WHERE other.key = one.key
                AND (other.day = one.day + 1 AND other.first - one.last BETWEEN 0 AND {SILENCE_MS}
                     OR other.day = one.day - 1 AND one.first - other.last BETWEEN 0 AND {SILENCE_MS}))
ORDER BY day, key, session_no
"""
"""Of all days' edges, those that meet one of the day before or after."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A session near a midnight: the source's name for it, its number within the day, epoch milliseconds."""

    key: str
    number: int
    first: int
    last: int


def midnight(day: date, zone: ZoneInfo) -> int:
    """When a store-local day begins, in epoch milliseconds."""
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def edges(connection: duckdb.DuckDBPyConnection, path: Path, day: date, zone: ZoneInfo) -> pa.Table:
    """The sessions of a day's file that may touch the day before or after, in the columns of ``Edge``."""
    define_events(connection, path)
    bounds = {"start": midnight(day, zone), "stop": midnight(day + timedelta(1), zone), "silence": SILENCE_MS}
    return connection.sql(EDGES, params=bounds).to_arrow_table()


def carried(by_day: Mapping[date, Sequence[Edge]]) -> dict[date, Carried]:
    """Which sessions of each day continue one of the day before.

    A session is followed over one midnight: what lasts over two is no shopper, and begins anew at the second.
    """
    result: dict[date, Carried] = {}
    for day in sorted(by_day):
        before = result.get(day - timedelta(1), {})
        open_then = {edge.key: edge for edge in by_day.get(day - timedelta(1), ()) if edge.number not in before}
        result[day] = {
            edge.number: open_then[edge.key].number
            for edge in by_day[day]
            if edge.key in open_then and 0 <= edge.first - open_then[edge.key].last <= SILENCE_MS
        }
    return result
