"""A score for every subject: what was found lately adds up, and half of it is gone every ten minutes."""

from __future__ import annotations

from collections.abc import Mapping

from footfall.incident import Finding, Subject

PAGES = 100
"""The score at which people are called."""
HALF_LIFE = 600_000
GONE = 8 * HALF_LIFE
"""After so long nothing is left."""
FINE = 1_000
"""Scores are kept in thousandths of a point."""


def faded(score: int, elapsed: int) -> int:
    """What is left of a score: halved at every half-life, along a straight line in between; integers alone.

    >>> [faded(100_000, minutes * 60_000) for minutes in (0, 5, 10, 20, 80)]
    [100000, 75000, 50000, 25000, 0]
    """
    if elapsed >= GONE:
        return 0
    halvings, rest = divmod(elapsed, HALF_LIFE)
    return score * (2 * HALF_LIFE - rest) // (2 * HALF_LIFE) >> halvings


def source(subject: Subject) -> str:
    """One name for the same source: an actor that is a session is that session."""
    kind = "source" if subject.kind in ("session", "actor") else subject.kind
    return f"{kind} {subject.name}"


class Scores:
    """The scores of all sources.

    A watch adds once for each window's length, however often it hops: the same events do not count again.
    """

    def __init__(self) -> None:
        self._scores: dict[str, tuple[int, int]] = {}
        self._told: dict[str, int] = {}

    def add(self, finding: Finding) -> int:
        """Adds what a finding is worth; the subject's score then, in points."""
        name = source(finding.subject)
        watch = f"{finding.rule} {finding.watch} {name}"
        score, at = self._scores.get(name, (0, finding.until))
        score = faded(score, finding.until - at)
        if self._told.get(watch, finding.since) <= finding.since:
            score += finding.severity.score * FINE
            self._told[watch] = finding.until
            self._scores[name] = (score, finding.until)
        return score // FINE

    def forget(self, upto: int) -> None:
        """Drops what adds nothing to any score after ``upto``."""
        self._scores = {name: (score, at) for name, (score, at) in self._scores.items() if at + GONE > upto}
        self._told = {watch: until for watch, until in self._told.items() if until + GONE > upto}

    def snapshot(self) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
        """Everything remembered, in an order of its own."""
        return dict(sorted(self._scores.items())), dict(sorted(self._told.items()))

    def restore(self, scores: Mapping[str, tuple[int, int]], told: Mapping[str, int]) -> None:
        """Goes on where a snapshot was taken."""
        self._scores, self._told = dict(scores), dict(told)
