"""The marts: what is counted of each day, one table each."""

from __future__ import annotations

from datetime import date

from footfall import insights
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.table import Table
from footfall.layout import MART_KEY, STANDING_KEY, Layout

VISITOR_DAYS = "visitor_days"
EDGES = "edges"


def mart(layout: Layout, name: str) -> Table:
    """The table of one mart; a standing one has a single file, named for the day the data ends."""
    return Table(layout.mart(name), STANDING_KEY if name in insights.standing() else MART_KEY)


def sweep(layout: Layout) -> None:
    """Removes what a build killed just after a commit had no time to remove."""
    for folder in layout.marts.glob("*/"):
        mart(layout, folder.name).sweep()


def uncounted(lake: EmbeddedLake) -> list[date]:
    """Days whose marts are older than their events."""
    counted = mart(lake.layout, VISITOR_DAYS).days()
    seen = {day: file.made_from for day, file in mart(lake.layout, EDGES).days().items()}
    return [day for day, file in lake.days().items() if day not in counted or seen.get(day) != file.name]
