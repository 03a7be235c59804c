"""Sessions that run over midnight: which part of a day continues a session of the day before."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from footfall.embedded.clean import define_events
from footfall.ingest.carried import SILENCE_MS

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


def midnight(day: date, zone: ZoneInfo) -> int:
    """When a store-local day begins, in epoch milliseconds."""
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def edges(connection: duckdb.DuckDBPyConnection, path: Path, day: date, zone: ZoneInfo) -> pa.Table:
    """The sessions of a day's file that may touch the day before or after, in the columns of ``Edge``."""
    define_events(connection, path)
    bounds = {"start": midnight(day, zone), "stop": midnight(day + timedelta(1), zone), "silence": SILENCE_MS}
    return connection.sql(EDGES, params=bounds).to_arrow_table()
