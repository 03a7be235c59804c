"""The questions about carts answered from the second telling: what each SQL file must return."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date, timedelta

from .retold import DAY, HOUR, MINUTE, WORST, Cart, Shopper, dedupe, shoppers
from .stage import Event, Row

STATES = ("open", "abandoned", "recovered", "lost", "partial", "bought", "emptied")
GIVEN_UP = ("abandoned", "recovered", "lost", "partial")
MEASURES = (
    *STATES,
    "at_risk",
    "abandonment",
    "decided",
    "value_at_stake",
    "value_winnable",
    "value_recovered",
    "direct_purchases",
    "purchases",
)


def carts(events: Iterable[Event], population: str) -> list[Row]:
    """What the mart `carts` tells of one population."""
    known = shoppers(list(events), population)
    return [_cart(cart) for shopper in known for cart in shopper.carts] + [
        {"visitor": d.visitor, "ending": "direct", "day": d.day, "purchases": d.purchases, "value_bought": d.paid}
        for shopper in known
        for d in shopper.direct.values()
    ]


def _cart(cart: Cart) -> Row:
    ending = "left" if cart.lines else "emptied" if cart.bought_at is None else "bought"
    return {
        "visitor": cart.visitor,
        "ending": ending,
        "day": cart.day,
        "started_at": cart.started_at,
        "last_at": cart.last_at,
        "abandoned_at": cart.silences[0] + DAY if cart.silences else None,
        "abandonments": len(cart.silences),
        "bought_at": cart.bought_at,
        "pieces_in": cart.pieces_in,
        "lines_left": len(cart.lines),
        "pieces_left": sum(cart.lines.values()),
        "value_left": cart.value,
        "purchases": cart.purchases,
        "value_bought": cart.paid,
        "value_recovered": cart.paid_after_silence,
        "bot": cart.bot,
    }


def _measures(cart: Cart, as_of: int) -> Iterator[tuple[str, int]]:
    state = cart.state(as_of)
    yield state, 1
    yield "at_risk", int(state == "open" and as_of - cart.last_at > 30 * MINUTE)
    yield "abandonment", int(state in GIVEN_UP)
    yield "decided", int(state in GIVEN_UP or state == "bought")
    yield "value_at_stake", cart.value if state in GIVEN_UP else 0
    yield "value_winnable", cart.value if state == "abandoned" else 0
    yield "value_recovered", cart.paid_after_silence
    yield "purchases", cart.purchases


def abandoned_carts(events: list[Event], as_of: int) -> list[Row]:
    """The rows of abandoned_carts.sql over all days: days in order, then the total."""
    tally: dict[date | None, Row] = defaultdict(lambda: {f"{m}_{p}": 0 for m in MEASURES for p in WORST})
    tally[None].update(day=None)

    def count(day: date, measure: str, population: str, amount: int) -> None:
        tally[day]["day"] = day
        for key in (day, None):
            tally[key][f"{measure}_{population}"] += amount

    for population in WORST:
        for shopper in shoppers(events, population):
            for cart in shopper.carts:
                for measure, amount in _measures(cart, as_of):
                    count(cart.day, measure, population, amount)
            for direct in shopper.direct.values():
                count(direct.day, "purchases", population, direct.purchases)
                count(direct.day, "direct_purchases", population, direct.purchases)
    return _with_provisional(tally, max(event.day for event in events))


def _with_provisional(tally: dict[date | None, Row], end: date) -> list[Row]:
    days = sorted(day for day in tally if day)
    for day in days:
        tally[day]["provisional"] = day + timedelta(days=8) > end
    tally[None]["provisional"] = any(tally[day]["provisional"] for day in days)
    return [tally[day] for day in (*days, None)]


def recovery_list(events: list[Event], as_of: int) -> list[Row]:
    """The rows of recovery_list.sql, in no order and without line numbers."""
    return [
        line
        for shopper in shoppers(events, "gross")
        for cart in shopper.carts
        if cart.state(as_of) == "abandoned"
        for line in _lines(shopper, cart)
    ]


def _lines(shopper: Shopper, cart: Cart) -> Iterator[Row]:
    earlier = [c for c in shopper.carts if c is not cart]
    before = sum(len(c.silences) for c in shopper.carts) + sum(1 for c in earlier if c.lines)
    for product, held in cart.lines.items():
        yield {
            "visitor": cart.visitor,
            "product_id": product,
            "quantity": held,
            "items": sum(cart.lines.values()),
            "value": cart.value,
            "started_at": cart.started_at,
            "last_activity_at": cart.last_at,
            "abandoned_before": before,
            "bot": cart.bot,
        }


def cart_presets(events: list[Event], as_of: int) -> list[Row]:
    """The rows of cart_presets.sql over all days."""
    rows: dict[str, Row] = {name: {"preset": name} for name in ("footfall", "shopify", "ga4", "matomo", "klaviyo")}
    for population, worst in WORST.items():
        told = [e for e in dedupe(events) if e.bot <= worst]
        states = [cart.state(as_of) for shopper in shoppers(events, population) for cart in shopper.carts]
        verdicts = {
            "footfall": [state in GIVEN_UP for state in states if state in (*GIVEN_UP, "bought")],
            "ga4": _users(told),
            **_visits(told, as_of),
        }
        for name, given_up in verdicts.items():
            rows[name] |= {f"carts_{population}": len(given_up), f"abandoned_{population}": sum(given_up)}
    return list(rows.values())


def _grouped(told: Iterable[Event], key: Callable[[Event], Hashable]) -> list[list[Event]]:
    groups: dict[Hashable, list[Event]] = defaultdict(list)
    for e in told:
        groups[key(e)].append(e)
    return list(groups.values())


def _adds(told: Iterable[Event]) -> list[int]:
    return [e.at for e in told if e.event_type == "cart"]


def _orders(told: Iterable[Event]) -> list[int]:
    return [e.at for e in told if e.event_type == "purchase"]


def _users(told: list[Event]) -> list[bool]:
    """Users of a day; at one instant adds come before purchases."""
    return [
        max(_orders(day), default=-1) < _adds(day)[0]
        for user in _grouped(told, lambda e: e.visitor)
        for day in _grouped(user, lambda e: e.day)
        if _adds(day)
    ]


def _visits(told: list[Event], as_of: int) -> dict[str, list[bool]]:
    verdicts: dict[str, list[bool]] = {"shopify": [], "matomo": [], "klaviyo": []}
    for user in _grouped(told, lambda e: e.visitor):
        for visit in _grouped(user, lambda e: (e.session_date or e.day, e.session)):
            for name, end, given_up in _verdicts(visit, _orders(user)):
                if end <= as_of:
                    verdicts[name].append(given_up)
    return verdicts


def _verdicts(visit: list[Event], orders: list[int]) -> Iterator[tuple[str, int, bool]]:
    adds = _adds(visit)
    if adds:
        short, long = adds[-1] + 10 * MINUTE, adds[0] + 4 * HOUR
        yield "shopify", short, not any(adds[0] <= at <= short for at in orders)
        yield "klaviyo", long, not any(adds[0] <= at <= long for at in orders)
        yield "matomo", adds[-1] + 30 * MINUTE, not _orders(visit)
