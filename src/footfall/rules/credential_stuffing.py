"""Whether failed logins stand out against what is usual, and who does nothing but fail."""

from __future__ import annotations

import numpy as np

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors, Flags
from footfall.rules.evidence import Events, History, blamed

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

TIMES = 4


def failing_agent(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms an agent that fails four times as often as usual."""
    return _unusual(finding, events, history, "agent")


def failing_site(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms a site where logins fail four times as often as usual."""
    return _unusual(finding, events, history, "site")


def _unusual(finding: Finding, events: Events, history: History, dimension: str) -> Finding | None:
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual(dimension, finding.subject.name, "failed_logins") * minutes
    if history.minutes < LEARNT or finding.counts["failed"] < TIMES * usual:
        return None
    actors = Actors(events.table(*READ, "user_session"))
    tries = _only_try(actors)
    failed = actors.count("login_failed")[tries].sum()
    if 10 * failed < 6 * finding.counts["failed"]:
        return None
    return blamed(finding, actors.named(tries), usual_failed=round(usual))


def _only_try(actors: Actors) -> Flags:
    """Who tries several users, or one outside of any visit, and does little else."""
    failed = actors.count("login_failed")
    outside = np.array([visit is None for visit in actors.first("user_session")], bool)
    several = actors.distinct("user_id", "login_failed") > 1
    return (3 * failed >= actors.count()) & (several | (outside & (failed > 0)))
