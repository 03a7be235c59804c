"""Whether an agent, a network or the visits of nobody are more than usual, and which addresses they came from."""

from __future__ import annotations

from footfall.incident import Finding
from footfall.rules.evidence import History, Steps, blamed, by_actor, is_customer, kinds

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

TIMES = 5
"""Times its usual share that makes an agent unusual."""


def unusual(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms an agent whose views are five times its usual ones or more."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("agent", finding.subject.name, "views") * minutes
    if history.minutes < LEARNT or finding.counts["views"] < TIMES * usual:
        return None
    return _readers(finding, steps, usual_views=round(usual))


def strangers(finding: Finding, steps: Steps, _history: History) -> Finding | None:
    """Confirms a network whose addresses show no customer at all."""
    if any(is_customer(acts) for acts in by_actor(steps()).values()):
        return None
    return _readers(finding, steps)


def nobody(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms views outside of any visit where the store usually has few of them."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("site", "site", "cookieless") * minutes
    if history.minutes < LEARNT or finding.counts["views"] < TIMES * usual:
        return None
    return _readers(finding, steps, usual_views=round(usual))


def _readers(finding: Finding, steps: Steps, **counts: int) -> Finding | None:
    """The finding with those who look and do nothing else."""
    actors = {
        name
        for name, acts in by_actor(steps()).items()
        if not is_customer(acts) and set(kinds(acts)) <= {"view", "page"}
    }
    return blamed(finding, actors, **counts) if actors else None
