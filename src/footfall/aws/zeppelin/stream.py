"""The stream of clean events as a notebook reads it: a table of what its records hold, and the rows that rules read."""

from __future__ import annotations

from collections.abc import Mapping

from footfall.aws.zeppelin.laws import CLAIM, NETWORK, OWNER
from footfall.detect.arrivals import ALLOWED
from footfall.detect.copies import ID, ONE, PLACE
from footfall.detect.flink import COLUMNS, RAW, ROWTIME, once, rowtime, text, watermark
from footfall.event import EventType, flink_columns

CLEAN = "clean"
_FORMAT = "yyyy-MM-dd''T''HH:mm:ssX"
_WORKED_OUT = {
    "category": "COALESCE(`category_code`, `category_id`)",
    "visitor": "COALESCE(`user_id`, `anon_id`, `user_session`)",
    "actor": "COALESCE(`user_session`, `ip` || ' ' || `user_agent`)",
    "site": "'site'",
    "network": f"`{NETWORK}`(`ip`)",
    "crawler": f"`{CLAIM}`(`user_agent`)",
    "verified": f"CASE WHEN `{OWNER}`(`ip`) = `{CLAIM}`(`user_agent`) THEN 1 ELSE 0 END",
}
"""Columns of the relation that no field is."""


def statements(options: Mapping[str, str]) -> tuple[str, str, str]:
    """The table ``clean``, the view of all rows, and the view ``events`` of those on time, each event once.

    Args:
        options: of the connector that the table is read with.
    """
    return _table(options), _rows(), once(ALLOWED)


def _table(options: Mapping[str, str]) -> str:
    """Fields as ``records.spelled`` writes them; time follows arrival, as the application's does."""
    happened, received = _milliseconds("event_time"), _milliseconds("received_at")
    columns = [f"`{name}` {kind}" for name, kind in flink_columns().items()]
    columns += [f"`{ROWTIME}` AS {rowtime(ALLOWED, happened, received)}"]
    columns += [f"WATERMARK FOR `{ROWTIME}` AS {watermark(ALLOWED, received)}"]
    told = ", ".join(f"{text(name)} = {text(value)}" for name, value in options.items())
    return "CREATE TEMPORARY TABLE `{}` (\n  {}\n) WITH ({})".format(CLEAN, ",\n  ".join(columns), told)


def _rows() -> str:
    own = {name: f"`{name}`" for name in COLUMNS} | _WORKED_OUT
    own |= {name: _milliseconds(name) for name in ("event_time", "received_at")}
    place = f"LPAD(CAST({own['event_time']} AS STRING), 20, '0') || UUID()"
    own |= {ONE: f"COALESCE(`{ID}`, UUID())", PLACE: place, ROWTIME: f"`{ROWTIME}`"}
    named = ",\n  ".join(f"{value} AS `{name}`" for name, value in own.items())
    kept = f"`event_type` <> '{EventType.REQUEST}'"
    return f"CREATE TEMPORARY VIEW `{RAW}` AS SELECT\n  {named}\nFROM `{CLEAN}` WHERE {kept}"


def _milliseconds(name: str) -> str:
    """A time as ISO 8601 text in UTC with microseconds, as UTC ms, whatever the session's zone."""
    second = f"UNIX_TIMESTAMP(SUBSTRING(`{name}` FROM 1 FOR 19) || 'Z', '{_FORMAT}')"
    return f"({second} * 1000 + CAST(SUBSTRING(`{name}` FROM 21 FOR 3) AS BIGINT))"
