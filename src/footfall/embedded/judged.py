"""Verdicts as batch reads them: who is left out of a day's figures from when to when, and who is spared."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

from footfall.detect.verdicts import CROWD, GIVT, excluded, spares_buyers
from footfall.detect.visits import PAUSE
from footfall.incident import Verdict

FOUND, KNOWN = 1, 2
"""What ``bot`` says of a row that detection found, and of a bot that says so itself."""

SUBJECTS = {
    "ip": "e.ip",
    "session": "e.user_session",
    "visitor": "coalesce(e.user_id, e.anon_id, e.user_session)",
    "actor": "coalesce(e.user_session, e.ip || ' ' || e.user_agent)",
    "agent": "e.user_agent",
}
"""What a verdict's subject is in a row of the lake."""

SHARED = ("ip", "agent")
"""Kinds of subject that many people can have in common."""

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


class Span(NamedTuple):
    """A subject left out for a while.

    Attributes:
        kind: ip, session, visitor, actor or agent.
        name: of the subject.
        since: UTC ms, inclusive.
        until: UTC ms, inclusive.
        bot: ``FOUND`` or ``KNOWN``.
        stern: even visits with an honoured purchase are left out.
    """

    kind: str
    name: str
    since: int
    until: int
    bot: int
    stern: bool


def spans(verdicts: Iterable[Verdict]) -> list[Span]:
    """The time of each subject under verdicts that exclude, cut so that no two spans of a subject overlap."""
    by_subject: defaultdict[tuple[str, str], set[Span]] = defaultdict(set)
    for verdict in filter(excluded, verdicts):
        kind, name = verdict.subject.kind, verdict.subject.name
        bot = KNOWN if verdict.klass == GIVT else FOUND
        span = Span(kind, name, verdict.valid_from, verdict.valid_to, bot, not spares_buyers(verdict))
        by_subject[kind, name].add(span)
    return [span for key in sorted(by_subject) for span in _apart(sorted(by_subject[key]))]


def _apart(overlapping: Sequence[Span]) -> list[Span]:
    """Spans of one subject as pieces that do not overlap, each as grave as the gravest there."""
    edges = sorted({edge for span in overlapping for edge in (span.since, span.until + 1)})
    pieces: list[Span] = []
    for since, end in pairwise(edges):
        over = [span for span in overlapping if span.since <= since and end <= span.until + 1]
        if over:
            bot, stern = max(span.bot for span in over), any(span.stern for span in over)
            pieces.append(over[0]._replace(since=since, until=end - 1, bot=bot, stern=stern))
            _join_last(pieces)
    return pieces


def _join_last(pieces: list[Span]) -> None:
    """Makes one of two last pieces that say the same and meet."""
    if len(pieces) > 1 and pieces[-2] == pieces[-1]._replace(since=pieces[-2].since, until=pieces[-1].since - 1):
        last = pieces.pop()
        pieces[-1] = pieces[-1]._replace(until=last.until)


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
