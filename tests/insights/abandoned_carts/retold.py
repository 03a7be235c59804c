"""The definition of an abandoned cart told a second time, as an event loop per visitor: the oracle of the SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from .stage import Event

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WORST = {"gross": 2, "known": 1, "net": 0}
STEPS = {"remove_from_cart": 1, "cart": 2, "purchase": 3}


@dataclass(slots=True)
class Cart:
    """One cart of one visitor, from its first add to its end or the data's."""

    visitor: str
    day: date
    started_at: int
    last_at: int
    lines: dict[str, int] = field(default_factory=dict)
    value: int = 0
    pieces_in: int = 0
    silences: list[int] = field(default_factory=list)
    purchases: int = 0
    paid: int = 0
    paid_after_silence: int = 0
    bought_at: int | None = None
    bot: int = 0

    def state(self, as_of: int) -> str:
        """What the cart is at the data's end."""
        if not self.lines:
            return self._end()
        silence = as_of - self.last_at
        if silence <= DAY:
            return "open"
        if self.bought_at is not None:
            return "partial"
        return "abandoned" if silence <= 8 * DAY else "lost"

    def _end(self) -> str:
        if self.bought_at is None:
            return "emptied"
        return "recovered" if self.silences and self.bought_at > self.silences[0] + DAY else "bought"


@dataclass(slots=True)
class Direct:
    """The purchases of one visitor and day that came from no cart."""

    visitor: str
    day: date
    purchases: int = 0
    paid: int = 0


class Shopper:
    """What one visitor does, event by event, in order."""

    def __init__(self, visitor: str) -> None:
        self.visitor = visitor
        self.carts: list[Cart] = []
        self.direct: dict[date, Direct] = {}
        self._cart: Cart | None = None
        self._wanted: dict[str, int] = {}
        self._prices: dict[str, int] = {}

    def live(self, event: Event) -> None:
        """Takes in the next event."""
        product = str(event.product_id)
        active = event.event_type != "purchase" or product in self._wanted
        if active:
            self._lose(event.at)
        self._prices[product] = event.price or self._prices.get(product, 0)
        if active and self._cart:
            self._touch(self._cart, event)
        if event.event_type == "cart":
            self._add(product, event)
        else:
            self._take(product, event)
        change(self._wanted, product, event)
        self._settle()

    def _lose(self, at: int) -> None:
        if self._cart and at - self._cart.last_at > 8 * DAY:
            self._cart = None

    def _touch(self, cart: Cart, event: Event) -> None:
        if event.at - cart.last_at > DAY:
            cart.silences.append(cart.last_at)
        cart.last_at = event.at
        cart.bot = max(cart.bot, event.bot)

    def _add(self, product: str, event: Event) -> None:
        if self._cart is None:
            self._cart = Cart(self.visitor, event.day, event.at, event.at, bot=event.bot)
            self.carts.append(self._cart)
        self._cart.pieces_in += event.quantity or 1
        change(self._cart.lines, product, event)

    def _take(self, product: str, event: Event) -> None:
        held = self._cart.lines.get(product, 0) if self._cart else 0
        if event.event_type == "purchase":
            paid = (event.quantity or max(held, 1)) * self._prices[product]
            if held and self._cart:
                self._buy(self._cart, event.at, paid)
            else:
                self._buy_now(event, paid)
        if self._cart:
            change(self._cart.lines, product, event)

    def _buy(self, cart: Cart, at: int, paid: int) -> None:
        cart.bought_at = at
        cart.purchases += 1
        cart.paid += paid
        cart.paid_after_silence += paid if cart.silences else 0

    def _buy_now(self, event: Event, paid: int) -> None:
        direct = self.direct.setdefault(event.day, Direct(self.visitor, event.day))
        direct.purchases += 1
        direct.paid += paid

    def _settle(self) -> None:
        if self._cart:
            self._cart.value = sum(held * self._prices[product] for product, held in self._cart.lines.items())
            if not self._cart.lines:
                self._cart = None


def change(lines: dict[str, int], product: str, event: Event) -> None:
    """Adds to or takes from a line; a line of nothing is no line."""
    if event.event_type == "cart":
        lines[product] = lines.get(product, 0) + (event.quantity or 1)
    elif event.event_type == "remove_from_cart" and event.quantity and lines.get(product, 0) > event.quantity:
        lines[product] -= event.quantity
    else:
        lines.pop(product, None)


def dedupe(events: Iterable[Event]) -> list[Event]:
    """One event for all repeats of (visitor, session, product, second, type), in the order in which carts live them."""
    repeats: dict[tuple[object, ...], list[Event]] = defaultdict(list)
    for e in events:
        if e.event_type in STEPS and e.product_id is not None:
            repeats[e.visitor, e.session_date or e.day, e.session, e.product_id, e.at // 1000, e.event_type].append(e)
    return sorted((_one(same) for same in repeats.values()), key=_order)


def _one(same: list[Event]) -> Event:
    e = min(same, key=lambda e: e.at)
    quantity = max(e.quantity or 0 for e in same)
    return Event(
        e.at, e.visitor, e.event_type, e.product_id,
        price=max(e.price for e in same),
        quantity=quantity if quantity > 0 else None,
        session=e.session,
        bot=min(e.bot for e in same),
        event_date=e.day,
        session_date=e.session_date,
    )  # fmt: skip


def _order(e: Event) -> tuple[object, ...]:
    return e.at, STEPS[e.event_type], e.product_id, e.session_date or e.day, e.session


def shoppers(events: Iterable[Event], population: str) -> list[Shopper]:
    """Every visitor that the population holds, after its last event."""
    known: dict[str, Shopper] = {}
    for event in dedupe(events):
        if event.bot <= WORST[population]:
            known.setdefault(event.visitor, Shopper(event.visitor)).live(event)
    return list(known.values())
