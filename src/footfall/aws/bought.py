"""Purchases by everything that can name the buyer, each with when the stream took it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from footfall.aws.records import ARRIVED
from footfall.detect.visits import COLUMNS, DAY
from footfall.incident import Subject

EVER = 1 << 62


class Bought:
    """Purchases of the last day: when they were made and when they were taken, UTC ms."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        self._swept = 0

    def add(self, events: pa.Table) -> None:
        """Takes events of the relation, with ``ARRIVED``."""
        bought = events.filter(pc.equal(events["event_type"], pa.scalar("purchase")))
        for row in bought.select(["event_time", ARRIVED, *sorted(set(COLUMNS.values()))]).to_pylist():
            for kind, column in COLUMNS.items():
                if row[column] is not None:
                    insort(self._made[kind, row[column]], (row["event_time"], row[ARRIVED]))

    def count(self, subject: Subject, since: int, until: int, upto: int) -> int:
        """Purchases of a subject between two moments, inclusive, that were taken by a third."""
        made = self._made.get((subject.kind, subject.name), [])
        between = made[bisect_left(made, (since, 0)) : bisect_right(made, (until, EVER))]
        return sum(arrived <= upto for _, arrived in between)

    def forget(self, now: int) -> None:
        """Drops what is older than a day; looked at once an hour."""
        if now >= self._swept + DAY // 24:
            self._swept = now
            kept = {key: [one for one in made if one[0] > now - DAY] for key, made in self._made.items()}
            self._made = defaultdict(list, {key: made for key, made in kept.items() if made})
