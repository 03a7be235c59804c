"""Whether failed payments stand out against what is usual, and who does nothing but fail."""

from __future__ import annotations

import numpy as np

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors
from footfall.rules.evidence import Events, History, blamed

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

TIMES = 5


def failing(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms with the actors of a network that fail and never pay."""
    return _failers(finding, events)


def failing_agent(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms an agent that fails five times as often as usual."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("agent", finding.subject.name, "failed_payments") * minutes
    if history.minutes < LEARNT or finding.counts["failed"] < TIMES * usual:
        return None
    return _failers(finding, events, usual_failed=round(usual))


def failing_site(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms a site whose share of failed payments is five times the usual."""
    failed, paid = finding.counts["failed"], finding.counts["paid"]
    usual_failed, usual_paid = (history.usual("site", "site", name) for name in ("failed_payments", "purchases"))
    usual = usual_failed / (usual_failed + usual_paid) if usual_failed + usual_paid else 0.0
    if history.minutes < LEARNT or failed < TIMES * usual * (failed + paid):
        return None
    return _failers(finding, events, usual_permille=round(1000 * usual))


def _failers(finding: Finding, events: Events, **counts: int) -> Finding | None:
    """The finding with the actors that try again and again and look at little; none if customers fail alike."""
    actors = Actors(events.table(*READ))
    failed, paid, views = (actors.count(name) for name in ("payment_failed", "purchase", "view"))
    chosen = (failed > np.maximum(1, 2 * paid)) & (views <= failed)
    return (
        blamed(finding, actors.named(chosen), **counts)
        if 10 * failed[chosen].sum() >= 6 * finding.counts["failed"]
        else None
    )
