"""What store to simulate: its size, its calendar, its seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class Store:
    """A store to simulate; the same store gives the same bytes, whatever ``processes``.

    A visitor makes about 6 events a day: 63 days of 10,000 visitors are about 3.7 million events.

    Attributes:
        days: how many store-local days, from ``start``.
        visitors: people a day, on average.
        seed: below 2 to the power 32; another seed is another store.
        start: first day, in the store's zone.
        zone: IANA name of the store's time zone.
        currency: ISO 4217 code; prices are in its hundredths.
        effects: whether windows, their confounders, and weak, hidden and fading brands are planted.
        pages: whether to emit page, identify and refund events; without them only the four types REES46 publishes.
        processes: how many processes make events; the caller's own process when 1.
        categories: how many categories the store sells.
        products: how many products, about.
        windows: how many discount windows to plant.
    """

    days: int = 63
    visitors: int = 10_000
    seed: int = 1
    start: date = date(2025, 9, 1)
    zone: str = "Europe/Berlin"
    currency: str = "EUR"
    effects: bool = True
    pages: bool = True
    processes: int = 1
    categories: int = 40
    products: int = 12_000
    windows: int = 40

    def __post_init__(self) -> None:
        for name in ("days", "visitors", "processes", "categories", "products"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more")
        if not 0 <= self.seed < 1 << 32:
            raise ValueError("seed must be 0 or more, and below 2 to the power 32")
        if self.windows < 0:
            raise ValueError("windows must be 0 or more")
        if self.categories > 120:
            raise ValueError("categories must be 120 or fewer")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {self.zone}") from error
