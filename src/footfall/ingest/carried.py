"""Sessions that run over midnight: which parts of a day continue a session of the day before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from footfall.ingest.day import SILENCE

SILENCE_MS = SILENCE // 1000

Carried = Mapping[int, int]
"""Session numbers of a day that continue a session of the day before, each with its number there."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A session near a midnight: the source's name for it, its number within the day, epoch milliseconds."""

    key: str
    number: int
    first: int
    last: int


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
