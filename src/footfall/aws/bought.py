"""Purchases by everything that can name the buyer, each with when the stream took it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from footfall.aws.records import ARRIVED, ONCE
from footfall.detect.arrivals import ALLOWED
from footfall.detect.visits import COLUMNS, DAY
from footfall.incident import Subject

EVER = 1 << 62


class Bought:
    """Purchases of the last day: when they were made and when they were taken, UTC ms, and the number of their id."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
        self._swept = 0

    def add(self, events: pa.Table) -> None:
        """Takes events of the relation, with ``ARRIVED`` and ``ONCE``."""
        bought = events.filter(pc.equal(events["event_type"], pa.scalar("purchase")))
        for row in bought.select(["event_time", ARRIVED, ONCE, *sorted(set(COLUMNS.values()))]).to_pylist():
            for kind, column in COLUMNS.items():
                if row[column] is not None:
                    insort(self._made[kind, row[column]], (row["event_time"], row[ARRIVED], row[ONCE] or 0))

    def count(self, subject: Subject, since: int, until: int, upto: int) -> int:
        """Purchases of a subject between two moments, inclusive, that were taken by a third; copies are none."""
        made = self._made.get((subject.kind, subject.name), [])
        last: dict[int, int] = {}
        found = 0
        for at, arrived, number in made[bisect_left(made, (since - ALLOWED,)) : bisect_right(made, (until, EVER))]:
            if arrived <= upto:
                found += at >= since and not (number and at - last.get(number, at - ALLOWED - 1) <= ALLOWED)
                last[number] = at
        return found

    def forget(self, now: int) -> None:
        """Drops what is older than a day; looked at once an hour."""
        if now >= self._swept + DAY // 24:
            self._swept = now
            kept = {key: [one for one in made if one[0] > now - DAY] for key, made in self._made.items()}
            self._made = defaultdict(list, {key: made for key, made in kept.items() if made})
