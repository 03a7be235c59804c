"""Whether orders of one product were made faster than people can, or its page is watched on one beat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors
from footfall.rules.evidence import Events, History, blamed

ORDER = ("event_time", "received_at", "event_type")
"""Columns by which events stand in order."""

HAND = 3_000
"""Milliseconds from the cart, or the look before it, to the purchase, below which no hand did it."""

NETWORK = 15_000
"""The same where several addresses of one network agree on a product."""

LOOKS, WATCHERS = 4, 4
"""Looks of a visit that watches, visits that watch."""


def on_one_beat(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms four visits that do nothing but look again, if the deviation of their pauses is below half their mean.

    The pauses of all of them together are compared: tools of one hand share their pause, people do not.
    """
    actors = Actors(events.table(*READ))
    watching = actors.only("view") & (actors.count("view") >= LOOKS)
    pauses = actors.pauses(watching)
    even = 4 * len(pauses) * int((pauses * pauses).sum()) < 5 * int(pauses.sum()) ** 2
    return blamed(finding, actors.named(watching)) if even and watching.sum() >= WATCHERS else None


def in_three_seconds(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms five orders, each within three seconds of the cart."""
    return _quick(finding, events, HAND, 5)


def in_a_quarter_minute(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms four orders from one network, each within fifteen seconds."""
    return _quick(finding, events, NETWORK, 4)


def _quick(finding: Finding, events: Events, within: int, least: int) -> Finding | None:
    orders = {name: _orders(acts, within) for name, acts in _buyers(events).items()}
    quick = sum(orders.values())
    return blamed(finding, [name for name, count in orders.items() if count], quick=quick) if quick >= least else None


def _buyers(events: Events) -> dict[str, list[tuple[int, str]]]:
    """Times and types of the events of each actor who bought, in order; verified crawlers left out."""
    table = events.table(*ORDER, "actor", "verified")
    table = table.filter(pc.and_(pc.equal(table["verified"], 0), pc.is_valid(table["actor"]))).drop_columns("verified")
    table = table.set_column(table.schema.get_field_index("actor"), "actor", table["actor"].cast(pa.string()))
    bought = table.filter(pc.equal(table["event_type"], pa.scalar("purchase")))["actor"]
    table = table.filter(pc.is_in(table["actor"], value_set=bought.combine_chunks()))
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at, _, kind, actor in sorted(zip(*(column.to_pylist() for column in table.columns), strict=True)):
        found[actor].append((at, kind))
    return found


def _orders(acts: Sequence[tuple[int, str]], within: int) -> int:
    """Orders of one actor that end a sequence of look, cart and purchase in time."""
    last: dict[str, int] = {}
    count = 0
    for at, kind in acts:
        if kind != "purchase":
            last[kind] = at
        elif "cart" in last and at - last.get("view", last["cart"]) <= within:
            count += 1
    return count
