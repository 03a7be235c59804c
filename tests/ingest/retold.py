"""A day of the lake worked out again in plain Python, from the definitions alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
SILENCE = timedelta(minutes=30)
NAMES = ("event_type", "product_id", "user_id", "user_session", "event_id", "anon_id")
"""The fields that these rows have, in the event's order: what ties are settled by."""
FIELDS = ("user_id", "anon_id", "user_session")


def visitor(row: Row) -> str:
    """Who came, as far as the row itself tells."""
    return str(next(row[name] for name in FIELDS if row.get(name) is not None))


def session(row: Row) -> tuple[str, str]:
    """The source's session, or else the visitor's own."""
    return ("named", row["user_session"]) if row.get("user_session") is not None else ("own", visitor(row))


def lake(rows: Iterable[Row], zone: ZoneInfo) -> dict[date, list[Row]]:
    """The days of a lake: local, without duplicates, sorted, each row with hour, weekday and number of session."""
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row["event_time"].astimezone(zone).date(), []).append(row)
    return {day: _tidy(found, zone) for day, found in sorted(days.items())}


def _tidy(rows: list[Row], zone: ZoneInfo) -> list[Row]:
    kept: list[Row] = []
    for row in sorted(rows, key=_order):
        known = any(row["event_id"] == other["event_id"] for other in kept) if row.get("event_id") else row in kept
        if not known:
            kept.append(row)
    return [row | _local(row, zone) | {"session_no": number} for row, number in zip(kept, _numbers(kept), strict=True)]


def _order(row: Row) -> tuple[Any, ...]:
    kind, name = session(row)
    key = name.encode() if kind == "named" else b"\0" + name.encode()
    content = [(row.get(field) is not None, str(row.get(field) or "").encode()) for field in NAMES]
    return (visitor(row).encode(), key, row["event_time"], content)


def _local(row: Row, zone: ZoneInfo) -> Row:
    local = row["event_time"].astimezone(zone)
    return {"hour": local.hour, "weekday": local.isoweekday()}


def _numbers(rows: list[Row]) -> list[int]:
    """Parts of sessions: which of them a row belongs to; numbered below as they first appear."""
    parts: dict[tuple[str, str], list[list[datetime]]] = {}
    for row in sorted(rows, key=lambda row: row["event_time"]):
        mine = parts.setdefault(session(row), [])
        if mine and row["event_time"] - mine[-1][-1] <= SILENCE:
            mine[-1].append(row["event_time"])
        else:
            mine.append([row["event_time"]])
    names = [
        (session(row), next(i for i, part in enumerate(parts[session(row)]) if row["event_time"] in part))
        for row in rows
    ]
    return ranks(names)


def ranks(names: list[Any]) -> list[int]:
    """Names as numbers in the order in which they first appear."""
    seen = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return [seen[name] for name in names]
