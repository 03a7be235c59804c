"""Whether an agent, a network or the visits of nobody are more than usual, and which addresses they came from."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors, Flags, nulls
from footfall.rules.evidence import Events, History, blamed

WAYS = ("user_session", "referrer", "campaign", "user_agent", "product_id", "category")
"""Columns by which those who read the catalogue are told apart."""

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

RARE = 0.0005
"""Share of the events below which an agent is one that nobody usually has."""

TIMES = 5
"""Times its usual share that makes an agent unusual."""

FLEET = 8
"""Brisk visits that came the same way, at least."""

PURE = 10
"""Times as many visits of a page or two as came any other way, before they are blamed."""

EDGE = 30_000
"""Milliseconds of silence before and after a visit that lies whole in the window."""

TOLD = 4
"""Views of a visit that says enough, whole or not."""


def unusual(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms five times the usual views of an agent, by strangers whom no page or campaign sent, or by no visit."""
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("agent", finding.subject.name, "views") * minutes
    if history.minutes < LEARNT or finding.counts["views"] < TIMES * usual:
        return None
    table = events.table(*READ, *WAYS)
    strangers, outside = nulls(table, "referrer", "campaign"), nulls(table, "user_session")
    if 5 * max(strangers, outside) < 4 * table.num_rows:
        return None
    if 5 * strangers >= 4 * table.num_rows:
        table = _unsent(table)
    return _readers(finding, Actors(table), usual_views=round(usual))


def strangers(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms a network whose addresses show no customer at all."""
    actors = Actors(events.table(*READ, *WAYS))
    return None if actors.customers.any() else _readers(finding, actors)


def nobody(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms views outside of any visit from five times the usual addresses.

    Addresses are compared, not views: a single program that was at it for an hour, and was found, makes no crowd usual.
    """
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual("site", "site", "outside") * minutes
    if history.minutes < LEARNT or finding.counts["addresses"] < TIMES * usual:
        return None
    table = events.table(*READ, *WAYS)
    return _readers(finding, Actors(table.filter(table["user_session"].is_null())), usual_addresses=round(usual))


def one_hand(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms brisk visits that came the same way; with them whoever came that way and looks on as they do.

    Visits of a page or two say little, so they are blamed only where hardly any came another way, and short ones only
    where they lie whole in the window: longer ones are cut by its ends.
    """
    actors = _visits(events.table(*READ, *WAYS))
    looking = actors.only("view", "page") & ~actors.customers & (actors.count("view") > 0)
    strong = looking & _are_brisk(actors)
    ways = list(zip(actors.first("referrer"), actors.first("campaign"), strict=True))
    way, count = Counter(ways[place] for place in np.flatnonzero(strong).tolist()).most_common(1)[0]
    if count < FLEET or 10 * count < 7 * strong.sum():
        return None
    same = looking & np.array([each == way for each in ways], bool)
    certain = same & (strong | _strange(actors, history) | _as_hopping(actors, same & strong))
    alike = looking & ~certain & _alike(actors, same & strong)
    chosen = certain | (same & alike) if (same & alike).sum() >= PURE * max(1, (alike & ~same).sum()) else certain
    whole = (actors.began >= finding.since + EDGE) & (actors.began + actors.lasted < finding.until - EDGE)
    told = chosen & (whole | (actors.count("view") >= TOLD))
    return blamed(finding, actors.named(told if told.any() else certain), certain=int(certain.sum()))


def _visits(table: pa.Table) -> Actors:
    return Actors(table.filter(pc.is_valid(table["user_session"])))


def _are_brisk(actors: Actors) -> Flags:
    """Who takes different products, fast or each from another category."""
    seen, pauses = actors.count("view"), actors.count() - 1
    fast = ((seen >= 4) & (actors.lasted <= 8_000 * pauses)) | ((seen >= 2) & (actors.lasted <= 4_000 * pauses))
    hopping = (seen >= 3) & (4 * actors.distinct("category", "view") >= 3 * seen)
    found: Flags = (actors.distinct("product_id", "view") == seen) & (fast | hopping)
    return found


def _as_hopping(actors: Actors, fleet: Flags) -> Flags:
    """Who looks at two products of two categories and nothing else, where most of a fleet hop between categories."""
    seen = actors.count("view")
    hopping = actors.distinct("category", "view") == seen
    found: Flags = hopping & (seen == 2) & actors.only("view")
    return found if 10 * hopping[fleet].sum() >= 7 * fleet.sum() else np.zeros(len(actors), bool)


def _strange(actors: Actors, history: History) -> Flags:
    """Who bears an agent that nobody usually has."""
    agents = actors.first("user_agent")
    known = history.minutes >= LEARNT
    strange = {agent for agent in set(agents) if agent and known and history.share("agent", agent, "events") < RARE}
    return np.array([agent in strange for agent in agents], bool)


def _alike(actors: Actors, fleet: Flags) -> Flags:
    """Who begins as most of a fleet do, takes no product twice and does not pause longer than most of it."""
    first = np.array([kind or "" for kind in actors.first("event_type")], object)
    seen, pauses = actors.count("view"), actors.count() - 1
    pace = np.sort(actors.lasted[fleet] // np.maximum(1, pauses[fleet]))[int(0.9 * (fleet.sum() - 1))]
    usual = Counter(first[fleet].tolist())
    begins = first == max(usual, key=lambda kind: (usual[kind], kind))
    found: Flags = begins & (actors.distinct("product_id", "view") == seen) & (actors.lasted <= 2 * pace * pauses)
    return found


def _unsent(table: pa.Table) -> pa.Table:
    """Events that no page or campaign sent."""
    return table.filter(pc.and_(pc.is_null(table["referrer"]), pc.is_null(table["campaign"])))


def _readers(finding: Finding, actors: Actors, **counts: int) -> Finding | None:
    """The finding with those who look and do nothing else; where most of it is of no visit, with those alone."""
    chosen = actors.plainest(~actors.customers & actors.only("view", "page"))
    return blamed(finding, actors.named(chosen), **counts) if chosen.any() else None
