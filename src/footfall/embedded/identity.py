"""Who a visitor turned out to be: browsers and sessions that a log-in linked to a user, before or after."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from footfall.embedded.clean import define_events

IDENTITIES = """
SELECT kind, id, user_id, epoch_ms(min(event_time)) AS first
FROM (SELECT 'anon' AS kind, anon_id AS id, user_id, event_time FROM events
      UNION ALL SELECT 'session', user_session, user_id, event_time FROM events)
WHERE id IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
"""Every browser and session of a day with the users it was seen with; no user where it was seen without one."""

LINKS = """
SELECT kind, id, arg_min(user_id, (first, user_id)) AS user_id
FROM identities WHERE user_id IS NOT NULL
  AND (kind, id) IN (SELECT (kind, id) FROM identities WHERE user_id IS NULL)
GROUP BY ALL ORDER BY ALL
"""
"""The first user that each browser and session seen without one was ever linked to."""

DIGESTS = """
SELECT day, CAST(bit_xor(hash(concat_ws(chr(0), kind, id, links.user_id))) AS VARCHAR) AS digest
FROM identities JOIN links USING (kind, id) WHERE identities.user_id IS NULL GROUP BY day
"""


def identities(connection: duckdb.DuckDBPyConnection, path: Path) -> pa.Table:
    """The rows of ``IDENTITIES`` of a day's file."""
    define_events(connection, path)
    return connection.sql(IDENTITIES).to_arrow_table()


def resolve(connection: duckdb.DuckDBPyConnection) -> tuple[pa.Table, dict[date, str]]:
    """Reads the view ``identities`` of all days.

    Returns:
        ``links(kind, id, user_id)``, and for each day that uses any a digest of those it uses: when a new link changes
        a day's visitors, its digest changes.
    """
    links = connection.sql(LINKS).to_arrow_table()
    connection.register("links", links)
    digests = dict(connection.execute(DIGESTS).fetchall())
    connection.unregister("links")
    return links, digests
