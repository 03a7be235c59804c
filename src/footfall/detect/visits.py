"""Who bought, and who came at a person's pace: what spares a customer from a verdict."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.incident import Subject

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

DAY = 24 * 3_600_000
"""How long a purchase is remembered, in ms."""
PAUSE = 1_500
"""A person's pages lie so many milliseconds apart at least, on average."""
PACED = ("user_session", "event_time")
COLUMNS = {"ip": "ip", "session": "user_session", "visitor": "visitor", "actor": "actor", "agent": "user_agent"}


class Purchases:
    """Purchases of the last day, by everything that can name the buyer."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._swept = 0

    def add(self, events: pa.Table) -> None:
        """Takes events of the relation."""
        bought = events.filter(pc.equal(events["event_type"], pa.scalar("purchase")))
        for row in bought.select(["event_time", *sorted(set(COLUMNS.values()))]).to_pylist():
            for kind, column in COLUMNS.items():
                if row[column] is not None:
                    insort(self._times[kind, row[column]], row["event_time"])

    def count(self, subject: Subject, since: int, until: int) -> int:
        """Purchases of a subject between two moments, in ms, inclusive."""
        times = self._times.get((subject.kind, subject.name), [])
        return bisect_right(times, until) - bisect_left(times, since)

    def forget(self, now: int) -> None:
        """Drops what is older than a day; looked at once an hour."""
        if now >= self._swept + DAY // 24:
            self._swept = now
            kept = {key: [at for at in times if at > now - DAY] for key, times in self._times.items()}
            self._times = defaultdict(list, {key: times for key, times in kept.items() if times})

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        rows = [(kind, name, sorted(times)) for (kind, name), times in sorted(self._times.items())]
        return msgspec.json.encode((rows, self._swept))

    def restore(self, snapshot: bytes) -> None:
        """Goes on where a snapshot was taken."""
        rows, self._swept = msgspec.json.decode(snapshot, type=tuple[list[tuple[str, str, list[int]]], int])
        self._times = defaultdict(list, {(kind, name): times for kind, name, times in rows})


def at_human_pace(rows: pa.Table) -> int:
    """How many visits among some events are at a person's pace.

    Args:
        rows: the columns :data:`PACED` of the relation.
    """
    visits = rows.select(PACED).filter(pc.is_valid(rows["user_session"])).group_by("user_session")
    found = visits.aggregate([("event_time", how) for how in ("min", "max", "count")])
    first, last, pages = (found[f"event_time_{how}"].to_numpy() for how in ("min", "max", "count"))
    return int(paced(first, last, pages).sum())


def paced(first: Ints, last: Ints, pages: Ints) -> Flags:
    """Whether visits have two pages or more, a person's pause apart.

    Args:
        first: when each began, ms.
        last: when its last page was asked for.
        pages: how many it has.
    """
    return (pages > 1) & (last - first >= (pages - 1) * PAUSE)
