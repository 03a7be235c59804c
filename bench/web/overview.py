"""What the page shows, whoever draws it: the product's own answers of a home, asked in this process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from footfall.embedded.run import open_lake
from footfall.embedded.screen import EmbeddedPlane
from footfall.web.figures import Figure, by_day
from footfall.web.pages import overview as page
from footfall.web.view import Shelf, View

BRANDS = {
    "brand": "Brand",
    "category": "Category",
    "label": "Label",
    "exposed": "Seen",
    "rate": "Bought",
    "advice": "Try",
}
CHANNELS = {"channel": "Source", "visitors": "New visitors", "buyers": "Buyers", "revenue": "Revenue"}
STEPS = {"category": "Category", "brand": "Brand", "viewed": "Viewed", "carted": "In the cart", "bought": "Bought"}
MOVED = {"title": "Figure", "gross": "Gross", "known": "Known", "net": "Net", "share": "Bots moved it by"}

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Overview:
    """The page's content.

    Attributes:
        figures: the four cards.
        days: as texts.
        now: visitors of each day.
        before: visitors of each day of the period before.
        tables: title, and rows with the columns as they are headed.
    """

    figures: list[Figure]
    days: list[str]
    now: list[float | None]
    before: list[float | None]
    tables: dict[str, Rows]


@lru_cache(maxsize=1)
def _view(home: Path, _mark: str) -> View:
    lake = open_lake(home)
    return View(Shelf(EmbeddedPlane(lake)), lake.settings.store)


@lru_cache(maxsize=4)
def _asked(home: Path, mark: str) -> Overview:
    view = _view(home, mark)
    data, past = page.data(view), view.before
    assert past, "a store of two periods"
    now, then = (by_day(view.rows("visitors", days), "visitors") for days in (view.days, past))
    days = [view.days.since + timedelta(number) for number in range(view.days.days)]
    return Overview(
        figures=data["figures"],
        days=[str(day) for day in days],
        now=[now.get(day) for day in days],
        before=[then.get(past.since + timedelta(number)) for number in range(len(days))],
        tables={
            "What bots moved": _headed(data["moved"], MOVED),
            "Brands that need promotion": _headed(data["brands"], BRANDS),
            "Where customers come from": _headed(data["channels"], CHANNELS),
            "View, cart, purchase": _headed(data["steps"], STEPS),
        },
    )


def overview(home: Path) -> Overview:
    """The page's content, worked out once for each state of the figures."""
    return _asked(home, EmbeddedPlane(open_lake(home)).extent().mark)


def _headed(rows: Rows, columns: dict[str, str]) -> Rows:
    return [{title: row[name] for name, title in columns.items()} for row in rows]
