"""Whether a visit takes products one id after the next, and which visits of a forgetful browser read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors, Ints, coded
from footfall.rules.evidence import Events, History, blamed

LITTLE, LOT = 5, 10
"""Views of a visit that reads."""


def follows(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms if 60 % of twenty steps or more lead to a neighbour, in order of id, among the products looked at."""
    moves = np.diff(_looked_at(events.table("event_type", "product_id", "event_time", "received_at")))
    moves = moves[moves != 0]
    adjacent = max(int((moves == 1).sum()), int((moves == -1).sum()))
    if len(moves) < 20 or 10 * adjacent < 6 * len(moves):
        return None
    return replace(finding, counts={**finding.counts, "steps": len(moves), "adjacent": adjacent})


def one_browser(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms with every visit of the browser, if three of them read a little or two a lot.

    Somebody who reads thirty products, and a stranger with the same browser who looks in at the same address, are two
    people and no browser that forgets.
    """
    actors = Actors(events.table(*READ))
    views = actors.count("view")
    reads = (views >= LITTLE).sum() >= 3 or (views >= LOT).sum() >= 2
    return blamed(finding, actors.names) if reads else None


def _looked_at(table: pa.Table) -> Ints:
    """The products looked at, in order of time: each one's place among them all in order of id."""
    kinds, types = coded(table["event_type"])
    products, names = coded(table["product_id"])
    seen = (kinds == (types.index("view") if "view" in types else len(types))) & (products >= 0)
    products, times, arrivals = (
        part[seen] for part in (products, table["event_time"].to_numpy(), table["received_at"].to_numpy())
    )
    present = np.unique(products).tolist()
    alphabet, places = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    alphabet[sorted(present, key=names.__getitem__)] = np.arange(len(present))
    places[sorted(present, key=lambda each: (len(names[each]), names[each]))] = np.arange(len(present))
    order = np.lexsort((alphabet[products], arrivals, times))
    return np.asarray(places[products[order]])
