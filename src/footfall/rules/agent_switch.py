"""Which visits of an address change their agent."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.compute as pc

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors
from footfall.rules.evidence import Events, History, blamed

HANDED_OVER = 2
"""Agents of a visit whose pages an application opens in the phone's browser."""

CERTAIN = 95
"""Percent, of visits that show more than those."""


def visits(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Blames the visits of three agents or more, and is the surer for it; where there are none, those of two."""
    table = events.table(*READ, "user_session", "user_agent")
    actors = Actors(table.filter(pc.and_(pc.is_valid(table["user_session"]), pc.is_valid(table["user_agent"]))))
    agents = actors.distinct("user_agent")
    if (agents > HANDED_OVER).any():
        return replace(blamed(finding, actors.named(agents > HANDED_OVER)), confidence=CERTAIN)
    return blamed(finding, actors.named(agents == HANDED_OVER))
