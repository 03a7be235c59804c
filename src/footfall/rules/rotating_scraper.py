"""Whether an agent, a network or the visits of nobody are more than usual, and which addresses they came from."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.incident import Finding
from footfall.rules.evidence import History, Step, Steps, blamed, by_actor, is_customer, kinds

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

RARE = 0.0005
"""Share of the events below which an agent is one that nobody usually has."""

TIMES = 5
"""Times its usual share that makes an agent unusual."""


def unusual(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms five times the usual views of an agent, by strangers whom no page or campaign sent, or by no visit."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("agent", finding.subject.name, "views") * minutes
    if history.minutes < LEARNT or finding.counts["views"] < TIMES * usual:
        return None
    acts = steps()
    strangers = sum(step.referrer is None and step.campaign is None for step in acts)
    outside = sum(step.user_session is None for step in acts)
    if 5 * max(strangers, outside) < 4 * len(acts):
        return None
    return _readers(finding, lambda: acts, usual_views=round(usual))


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
    return _readers(finding, lambda: [step for step in steps() if step.user_session is None], usual_views=round(usual))


def brisk(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms with the visits of the fleet, and with those that only look and bear an agent nobody usually has."""
    visits = by_actor(steps())
    looking = {name: acts for name, acts in visits.items() if set(kinds(acts)) <= {"view", "page"}}
    fleet = {name for name, acts in looking.items() if _is_brisk(acts)}
    agents = {acts[0].user_agent for acts in (looking[name] for name in fleet)}
    strange = {agent for agent in agents if agent is not None and history.share("agent", agent, "events") < RARE}
    strange = strange if history.minutes >= LEARNT else set()
    alike = {name for name, acts in looking.items() if acts[0].user_agent in strange and not is_customer(acts)}
    return blamed(finding, fleet | alike) if fleet else None


def _is_brisk(acts: Sequence[Step]) -> bool:
    seen = [step.product_id for step in acts if step.event_type == "view"]
    lasted = acts[-1].event_time - acts[0].event_time
    return (
        len(seen) >= 4 and len(set(seen)) == len(seen) and lasted <= 8_000 * (len(acts) - 1) and not is_customer(acts)
    )


def _readers(finding: Finding, steps: Steps, **counts: int) -> Finding | None:
    """The finding with those who look and do nothing else; where most of them keep no visit, with those alone."""
    looking = {
        name: acts[0].user_session
        for name, acts in by_actor(steps()).items()
        if not is_customer(acts) and set(kinds(acts)) <= {"view", "page"}
    }
    outside = {name for name, visit in looking.items() if visit is None}
    actors = outside if 5 * len(outside) >= 4 * len(looking) else looking.keys()
    return blamed(finding, actors, **counts) if actors else None
