"""Whether a campaign's visits come from a handful of agents and are more than it ever brought."""

from __future__ import annotations

from collections import Counter

from footfall.incident import Finding
from footfall.rules.evidence import History, Steps, blamed, by_actor, is_customer

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

TIMES = 3
AGENTS = 3
"""Effective agents at most: the square of the visits by the sum of squares over agents."""


def few_agents(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms three times the usual visits, from three effective agents at most."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("campaign", finding.subject.name, "visits") * minutes
    if history.minutes < LEARNT or finding.counts["visits"] < TIMES * usual:
        return None
    visits = by_actor(steps())
    agents = Counter(acts[0].user_agent or "" for acts in visits.values())
    squares = sum(count * count for count in agents.values())
    if len(visits) ** 2 > AGENTS * squares:
        return None
    common = {agent for agent, count in agents.items() if 10 * count >= len(visits)}
    actors = {
        name
        for name, acts in visits.items()
        if len(acts) <= 2 and not is_customer(acts) and (acts[0].user_agent or "") in common
    }
    return blamed(finding, actors, usual_visits=round(usual), agents=len(agents))


def strange_agent(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms three times the visits that the agent's part of the campaign's usual ones would be."""
    visits = {name: acts for name, acts in by_actor(steps()).items() if not is_customer(acts)}
    agent = next((acts[0].user_agent for acts in visits.values()), None) or ""
    minutes = (finding.until - finding.since) / 60_000
    usual = (
        history.usual("agent", agent, "visits") * minutes * history.share("campaign", finding.subject.name, "visits")
    )
    if history.minutes < LEARNT or finding.counts["visits"] < TIMES * usual:
        return None
    return blamed(finding, (name for name, acts in visits.items() if len(acts) <= 2), usual_visits=round(usual))
