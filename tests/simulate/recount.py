"""The abandoned cart counted again in plain Python, event by event, from the definition's words alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]

ABANDONED = timedelta(hours=24)
LOST = ABANDONED + timedelta(days=7)
KINDS = ("cart", "remove_from_cart", "purchase")


@dataclass
class Cart:
    """A cart as the events show it."""

    session: str
    started: datetime
    last: datetime
    lines: dict[str, int] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)
    was_abandoned: bool = False
    state: str = ""

    @property
    def at_stake(self) -> int:
        return sum(self.prices[product] * pieces for product, pieces in self.lines.items())


def once(rows: Iterable[Row]) -> Iterator[Row]:
    """Leaves out what a source sent twice: the same event id."""
    seen: set[str] = set()
    for row in rows:
        if row["event_id"] not in seen:
            seen.add(row["event_id"])
            yield row


def visitors(rows: list[Row]) -> list[str]:
    """The visitor of each row: the user, else whom its browser or session was linked to, else these themselves."""
    users: dict[tuple[str, str], str] = {}
    for row in rows:
        if row["user_id"]:
            users["anon", row["anon_id"]] = users["session", row["user_session"]] = row["user_id"]
    return [
        row["user_id"]
        or (row["anon_id"] and users.get(("anon", row["anon_id"])))
        or users.get(("session", row["user_session"]))
        or row["anon_id"]
        or row["user_session"]
        for row in rows
    ]


def carts(rows: list[Row], until: datetime) -> list[Cart]:
    """Every cart in the rows, with its state at ``until``."""
    rows = list(once(rows))
    acts: dict[str, list[Row]] = defaultdict(list)
    seen: set[tuple[object, ...]] = set()
    for row, visitor in zip(rows, visitors(rows), strict=True):
        second = row["event_time"].replace(microsecond=0)
        same = (visitor, row["user_session"], row["product_id"], second, row["event_type"])
        if row["event_type"] in KINDS and same not in seen:
            seen.add(same)
            acts[visitor].append(row)
    return [cart for visitor in acts.values() for cart in _of_visitor(visitor, until)]


def _of_visitor(rows: list[Row], until: datetime) -> Iterator[Cart]:
    cart: Cart | None = None
    for row in rows:
        if cart and (ended := _by_time(cart, row["event_time"])):
            cart.state = ended
            yield cart
            cart = None
        if cart is None and row["event_type"] == "cart":
            cart = Cart(row["user_session"], row["event_time"], row["event_time"])
        if cart:
            _apply(cart, row)
            if cart.state:
                yield cart
                cart = None
    if cart:
        idle = until - cart.last
        cart.state = _by_time(cart, until) or ("abandoned" if idle >= ABANDONED else "open")
        yield cart


def _by_time(cart: Cart, now: datetime) -> str:
    """What the cart has come to by waiting, if it has ended."""
    idle = now - cart.last
    cart.was_abandoned |= idle >= ABANDONED
    if cart.orders and idle >= ABANDONED:
        return "partial"
    return "lost" if idle >= LOST else ""


def _apply(cart: Cart, row: Row) -> None:
    product, pieces = row["product_id"], row["quantity"]
    if row["event_type"] != "cart" and product not in cart.lines:
        return
    cart.last = row["event_time"]
    cart.prices[product] = row["price"]
    if row["event_type"] == "cart":
        cart.lines[product] = cart.lines.get(product, 0) + (pieces or 1)
    elif row["event_type"] == "purchase":
        cart.lines.pop(product)
        cart.orders.add(row["order_id"])
        if not cart.lines:
            cart.state = "recovered" if cart.was_abandoned else "bought"
    else:
        cart.lines[product] -= pieces or cart.lines[product]
        if cart.lines[product] <= 0:
            cart.lines.pop(product)
        if not cart.lines:
            cart.state = "emptied"
