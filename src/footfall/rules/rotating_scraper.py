"""Whether an agent, a network or the visits of nobody are more than usual, and which addresses they came from."""

from __future__ import annotations

import numpy as np

from footfall.incident import Finding
from footfall.rules.actors import Actors, Flags, nulls
from footfall.rules.evidence import Events, History, blamed

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

RARE = 0.0005
"""Share of the events below which an agent is one that nobody usually has."""

TIMES = 5
"""Times its usual share that makes an agent unusual."""


def unusual(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms five times the usual views of an agent, by strangers whom no page or campaign sent, or by no visit."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("agent", finding.subject.name, "views") * minutes
    if history.minutes < LEARNT or finding.counts["views"] < TIMES * usual:
        return None
    table = events.table()
    strangers, outside = nulls(table, "referrer", "campaign"), nulls(table, "user_session")
    if 5 * max(strangers, outside) < 4 * table.num_rows:
        return None
    return _readers(finding, Actors(table), usual_views=round(usual))


def strangers(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms a network whose addresses show no customer at all."""
    actors = Actors(events.table())
    return None if actors.customers.any() else _readers(finding, actors)


def nobody(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms views outside of any visit where the store usually has few of them."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("site", "site", "cookieless") * minutes
    if history.minutes < LEARNT or finding.counts["views"] < TIMES * usual:
        return None
    table = events.table()
    return _readers(finding, Actors(table.filter(table["user_session"].is_null())), usual_views=round(usual))


def brisk(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms with the visits of the fleet, and with those that only look and bear an agent nobody usually has."""
    actors = Actors(events.table())
    looking = actors.only("view", "page")
    fleet = looking & _are_brisk(actors)
    agents = actors.first("user_agent")
    borne = {agents[place] for place in np.flatnonzero(fleet).tolist()}
    strange = {agent for agent in borne if agent is not None and history.share("agent", agent, "events") < RARE}
    strange = strange if history.minutes >= LEARNT else set()
    alike = looking & np.array([agent in strange for agent in agents], bool) & ~actors.customers
    return blamed(finding, actors.named(fleet | alike)) if fleet.any() else None


def _are_brisk(actors: Actors) -> Flags:
    seen = actors.count("view")
    fresh = actors.distinct("product_id", "view") == seen
    quick = actors.lasted <= 8_000 * (actors.count() - 1)
    found: Flags = (seen >= 4) & fresh & quick & ~actors.customers
    return found


def _readers(finding: Finding, actors: Actors, **counts: int) -> Finding | None:
    """The finding with those who look and do nothing else; where most of them keep no visit, with those alone."""
    looking = ~actors.customers & actors.only("view", "page")
    outside = looking & np.array([visit is None for visit in actors.first("user_session")], bool)
    chosen = outside if 5 * outside.sum() >= 4 * looking.sum() else looking
    return blamed(finding, actors.named(chosen), **counts) if chosen.any() else None
