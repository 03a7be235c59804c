"""Whether failed payments stand out against what is usual, and who does nothing but fail."""

from __future__ import annotations

from footfall.incident import Finding
from footfall.rules.evidence import History, Steps, blamed, by_actor, kinds

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

TIMES = 5


def failing(finding: Finding, steps: Steps, _history: History) -> Finding | None:
    """Confirms with the actors of a network that fail and never pay."""
    return _failers(finding, steps)


def failing_agent(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms an agent that fails five times as often as usual."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("agent", finding.subject.name, "failed_payments") * minutes
    if history.minutes < LEARNT or finding.counts["failed"] < TIMES * usual:
        return None
    return _failers(finding, steps, usual_failed=round(usual))


def failing_site(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms a site whose share of failed payments is five times the usual."""
    failed, paid = finding.counts["failed"], finding.counts["paid"]
    usual_failed, usual_paid = (history.usual("site", "site", name) for name in ("failed_payments", "purchases"))
    usual = usual_failed / (usual_failed + usual_paid) if usual_failed + usual_paid else 0.0
    if history.minutes < LEARNT or failed < TIMES * usual * (failed + paid):
        return None
    return _failers(finding, steps, usual_permille=round(1000 * usual))


def _failers(finding: Finding, steps: Steps, **counts: int) -> Finding | None:
    """The finding with the actors that try again and again and look at little; none if customers fail alike."""
    told = {name: kinds(acts) for name, acts in by_actor(steps()).items()}
    actors = {
        name
        for name, each in told.items()
        if each["payment_failed"] > max(1, 2 * each["purchase"]) and each["view"] <= each["payment_failed"]
    }
    failed = sum(told[name]["payment_failed"] for name in actors)
    return blamed(finding, actors, **counts) if 10 * failed >= 6 * finding.counts["failed"] else None
