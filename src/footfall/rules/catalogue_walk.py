"""Whether a visit takes products one id after the next."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from footfall.incident import Finding
from footfall.rules.evidence import Events, History


def follows(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms if 60 % of twenty steps or more lead to a neighbour, in order of id, among the products looked at."""
    seen = [step.product_id for step in events() if step.event_type == "view" and step.product_id is not None]
    place = {product: index for index, product in enumerate(sorted(set(seen), key=lambda each: (len(each), each)))}
    moves = [place[after] - place[before] for before, after in pairwise(seen) if before != after]
    adjacent = max(moves.count(1), moves.count(-1))
    if len(moves) < 20 or 10 * adjacent < 6 * len(moves):
        return None
    return replace(finding, counts={**finding.counts, "steps": len(moves), "adjacent": adjacent})
