"""Verdicts as spans of time: who is left out of the figures from when to when, and how gravely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from footfall.detect.verdicts import GIVT, excluded, spares_buyers
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
