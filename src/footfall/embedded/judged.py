"""Verdicts as batch reads them: who is left out of a day's figures from when to when, and who is spared."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from hashlib import blake2b

from footfall.detect.spans import SHARED, SUBJECTS, Span
from footfall.detect.verdicts import CROWD
from footfall.detect.visits import PAUSE

BOUGHT = """
SELECT event_date, session_no FROM {files}
WHERE event_type IN ('purchase', 'refund') GROUP BY event_date, session_no
HAVING count(*) FILTER (event_type = 'purchase') > count(*) FILTER (event_type = 'refund')
"""
"""Parts of visits with an honoured purchase."""

PACED = f"""
WITH steps AS (
  SELECT event_date, {{column}} AS name, session_no, epoch_ms(event_time) - lag(epoch_ms(event_time)) OVER (
           PARTITION BY event_date, {{column}}, session_no ORDER BY event_time) AS gap
  FROM {{files}} WHERE {{column}} IN (SELECT name FROM judged_{{kind}})
), parts AS (
  SELECT event_date, session_no, name FROM steps GROUP BY event_date, session_no, name
  HAVING count(gap) >= 3 AND sum(gap) >= {PAUSE} * count(gap)
     AND 4 * count(gap) * sum(CAST(gap AS HUGEINT) * gap) >= 5 * sum(gap) * sum(gap)
)
SELECT event_date, session_no, name FROM parts QUALIFY count(*) OVER (PARTITION BY event_date, name) >= {CROWD}
"""
"""Visits at a person's pace from subjects that have several: pauses of 1.5 s or more on average, and uneven ones."""


class Days:
    """When store-local days begin and end.

    Args:
        bounds: of each day its first ms and that of the next.
    """

    def __init__(self, bounds: Mapping[date, tuple[int, int]]) -> None:
        self._bounds = [(*bounds[day], day) for day in sorted(bounds)]
        self._ends = [end for _, end, _ in self._bounds]

    def touched(self, since: int, until: int) -> Iterator[tuple[date, int, int]]:
        """The days between two moments, inclusive, each with the part of the time that falls on it."""
        for start, end, day in self._bounds[bisect_right(self._ends, since) :]:
            if start > until:
                return
            yield day, max(since, start), min(until, end - 1)


def by_day(judged: Iterable[Span], days: Days) -> dict[date, tuple[Span, ...]]:
    """What of some spans falls on each day; only days on which anything does."""
    found: defaultdict[date, list[Span]] = defaultdict(list)
    for span in judged:
        for day, since, until in days.touched(span.since, span.until):
            found[day].append(span._replace(since=since, until=until))
    return {day: tuple(listed) for day, listed in found.items()}


def fingerprint(judged: Sequence[Span]) -> str:
    """A short name of what is left out of a day; nothing where nothing is."""
    return blake2b(repr(judged).encode(), digest_size=8).hexdigest() if judged else ""


def weight(kind: str) -> str:
    """What a verdict on one kind of subject makes of a row, as SQL: 0 where it is spared."""
    spared = f"bought.number IS NOT NULL AND NOT judged_{kind}.stern"
    crowd = f" OR paced_{kind}.number IS NOT NULL" if kind in SHARED else ""
    return f"CASE WHEN judged_{kind}.name IS NULL OR {spared}{crowd} THEN 0 ELSE judged_{kind}.bot END"


def joins(kind: str) -> str:
    """The join of a row with the verdicts on one kind of subject, at most one."""
    judged = f"""
        LEFT JOIN judged_{kind} ON {SUBJECTS[kind]} = judged_{kind}.name
              AND epoch_ms(e.event_time) BETWEEN judged_{kind}.since AND judged_{kind}.until"""
    paced = f"""
        LEFT JOIN paced_{kind} ON e.event_date = paced_{kind}.day AND e.session_no = paced_{kind}.number
              AND {SUBJECTS[kind]} = paced_{kind}.name"""
    return judged + (paced if kind in SHARED else "")


def whole_visits(
    parts: Iterable[tuple[date, int]], carried: Mapping[date, Mapping[int, int]]
) -> list[tuple[date, int]]:
    """Parts of visits, each by day and number, as whole visits: the day they began and their number there."""
    told = ((day, number, carried.get(day, {}).get(number)) for day, number in parts)
    return sorted({(day, number) if origin is None else (day - timedelta(1), origin) for day, number, origin in told})
