"""Whether a campaign's visits come from a handful of agents and are more than it ever brought."""

from __future__ import annotations

from collections import Counter

import numpy as np

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors
from footfall.rules.evidence import Events, History, blamed

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

TIMES = 3
AGENTS = 3
"""Effective agents at most: the square of the visits by the sum of squares over agents."""


def few_agents(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms three times the usual visits, from three effective agents at most."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("campaign", finding.subject.name, "visits") * minutes
    if history.minutes < LEARNT or finding.counts["visits"] < TIMES * usual:
        return None
    visits = Actors(events.table(*READ, "user_agent"))
    borne = [agent or "" for agent in visits.first("user_agent")]
    agents = Counter(borne)
    squares = sum(count * count for count in agents.values())
    if len(visits) ** 2 > AGENTS * squares:
        return None
    common = {agent for agent, count in agents.items() if 10 * count >= len(visits)}
    chosen = (visits.count() <= 2) & ~visits.customers & np.array([agent in common for agent in borne], bool)
    return blamed(finding, visits.named(chosen), usual_visits=round(usual), agents=len(agents))


def strange_agent(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms three times the visits that the agent's part of the campaign's usual ones would be."""
    visits = Actors(events.table(*READ, "user_agent"))
    strangers = ~visits.customers
    agent = next((agent for agent, chosen in zip(visits.first("user_agent"), strangers, strict=True) if chosen), "")
    minutes = (finding.until - finding.since) / 60_000
    usual = (
        history.usual("agent", agent or "", "visits")
        * minutes
        * history.share("campaign", finding.subject.name, "visits")
    )
    if history.minutes < LEARNT or finding.counts["visits"] < TIMES * usual:
        return None
    return blamed(finding, visits.named(strangers & (visits.count() <= 2)), usual_visits=round(usual))
