"""Whether orders of one product were made faster than people can."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.incident import Finding
from footfall.rules.evidence import Events, History, Step, blamed, by_actor

HAND = 3_000
"""Milliseconds from the cart, or the look before it, to the purchase, below which no hand did it."""

NETWORK = 15_000
"""The same where several addresses of one network agree on a product."""


def in_three_seconds(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms five orders, each within three seconds of the cart."""
    return _quick(finding, events, HAND, 5)


def in_a_quarter_minute(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms four orders from one network, each within fifteen seconds."""
    return _quick(finding, events, NETWORK, 4)


def _quick(finding: Finding, events: Events, within: int, least: int) -> Finding | None:
    orders = {name: _orders(acts, within) for name, acts in by_actor(events()).items()}
    buyers = {name for name, count in orders.items() if count}
    quick = sum(orders.values())
    return blamed(finding, buyers, quick=quick) if quick >= least else None


def _orders(acts: Sequence[Step], within: int) -> int:
    """Orders of one actor that end a sequence of look, cart and purchase in time."""
    last: dict[str, int] = {}
    count = 0
    for step in acts:
        if step.event_type != "purchase":
            last[step.event_type] = step.event_time
        elif "cart" in last and step.event_time - last.get("view", last["cart"]) <= within:
            count += 1
    return count
