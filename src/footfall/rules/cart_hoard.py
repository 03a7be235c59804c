"""Whether a product's carts are in a few hands and far more than usual."""

from __future__ import annotations

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors
from footfall.rules.evidence import Events, History, blamed

TOP = 5
LEAST = 30
TIMES = 8
"""Times the usual carts of a product."""


def few_hands(finding: Finding, events: Events, history: History) -> Finding | None:
    """Confirms thirty carts, eight times the usual, of which five sources hold 60 %; a source has one in a second."""
    minutes = (finding.until - finding.since) / 60_000
    usual = TIMES * history.usual("product", finding.subject.name, "carts") * minutes
    actors = Actors(events.table(*READ))
    carts = {name: count for name, count in zip(actors.names, actors.seconds("cart").tolist(), strict=True) if count}
    top = sorted(carts.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    held = sum(count for _, count in top)
    whole = sum(carts.values())
    if whole < max(LEAST, usual) or 10 * held < 6 * whole or len(carts) < 2:
        return None
    return blamed(
        finding, [name for name, count in top if count >= 3], top_carts=held, usual_carts=round(usual / TIMES)
    )
