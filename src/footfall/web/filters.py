"""What a page's address says of what to show: days, comparison, population, category, brand, source."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from urllib.parse import urlencode

from footfall.insights.columns import POPULATIONS
from footfall.ports import Extent

COMPARISONS = {"previous": "the days before", "year": "a year earlier", "none": "nothing"}
NAMES = ("since", "until", "compare", "count", "category", "brand", "source", "least")
"""The parameters of an address that every page understands."""
LONGEST = 300
"""Characters of a filter that are read."""
MOST = 1e12
"""The highest amount that is understood."""
YEAR = timedelta(days=364)
"""A year earlier, on the same weekdays."""


@dataclass(frozen=True, slots=True)
class Range:
    """Days, both inclusive."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.since).days + 1

    def earlier(self, by: timedelta) -> Range:
        """As many days, moved back."""
        return Range(self.since - by, self.until - by)


@dataclass(frozen=True, slots=True)
class Filters:
    """An address as asked; without ``since`` and ``until`` a page's own range is meant; ``least`` is in major units."""

    since: date | None = None
    until: date | None = None
    compare: str = "previous"
    count: str = "net"
    category: str = ""
    brand: str = ""
    source: str = ""
    least: float = 0

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """What an address says; what cannot be understood is as if not said."""
        texts = {name: query.get(name, "")[:LONGEST].strip() for name in ("category", "brand", "source")}
        return cls(
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            compare=query["compare"] if query.get("compare") in COMPARISONS else "previous",
            count=query["count"] if query.get("count") in POPULATIONS else "net",
            least=_amount(query.get("least", "")),
            **texts,
        )

    def range(self, extent: Extent, days: int) -> Range:
        """The days to show: those asked for, within what there is; else the last ``days`` of it."""
        until = min(max(self.until or extent.last, extent.first), extent.last)
        since = self.since or max(extent.first, until - timedelta(days=days - 1))
        return Range(min(max(since, extent.first), until), until)

    def before(self, shown: Range, extent: Extent) -> Range | None:
        """The days to compare with; None where that is not wanted, or they are not all there."""
        if self.compare == "none":
            return None
        past = shown.earlier(YEAR if self.compare == "year" else timedelta(days=shown.days))
        return past if past.since >= extent.first else None

    def query(self, **changes: str | None) -> str:
        """The address's query with some values changed; those that are as by default are left out."""
        values = {name: _said(getattr(self, name)) for name in NAMES} | changes
        kept = {name: value for name, value in values.items() if value and value != _DEFAULTS.get(name)}
        return f"?{urlencode(kept)}" if kept else ""


_DEFAULTS = {"compare": "previous", "count": "net"}


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def _amount(text: str) -> float:
    with suppress(ValueError):
        amount = float(text[:16])
        return min(max(amount, 0.0), MOST) if isfinite(amount) else 0.0
    return 0.0


def _said(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}" if value else ""
    return value.isoformat() if isinstance(value, date) else str(value or "")
