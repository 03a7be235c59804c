"""Answers as they leave the house: what can be asked of the marts, under which names, whichever plane holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from footfall.insights.brands import brands_to_promote
from footfall.insights.categories import top_categories
from footfall.insights.columns import POPULATIONS, Table
from footfall.insights.statistics import Floats
from footfall.insights.windows import discount_windows


class Asked(Protocol):
    """Who answers questions over some days."""

    population: str
    """What labels are worked out from: ``gross``, ``known`` or ``net``."""

    def ask(self, name: str) -> pa.Table:
        """The rows of one question."""

    def occurrences(self) -> Floats:
        """How often each hour of the week occurred."""


@dataclass(frozen=True, slots=True)
class Export:
    """An answer that can be exported: what it is, and how it is asked for."""

    title: str
    rows: Callable[[Any], pa.Table]


def hours(asked: Asked) -> Table:
    """The categories of every hour of the day, best first: see ``categories.top_categories``."""
    return top_categories(_columns(asked, "top_categories"), asked.occurrences(), "hour", asked.population)


def weekdays(asked: Asked) -> Table:
    """The categories of every weekday, best first: see ``categories.top_categories``."""
    return top_categories(_columns(asked, "top_categories"), asked.occurrences(), "weekday", asked.population)


def windows(asked: Asked) -> Table:
    """Discount, harvest and quiet windows: see ``windows.discount_windows``."""
    return discount_windows(_columns(asked, "discount_windows"), asked.occurrences(), asked.population)


def brands(asked: Asked) -> Table:
    """Brands with what to do about each: see ``brands.brands_to_promote``."""
    return brands_to_promote(_columns(asked, "brands_to_promote"), asked.population)


def _columns(asked: Asked, name: str) -> dict[str, list[Any]]:
    return dict(asked.ask(name).to_pydict())


def _question(name: str) -> Callable[[Asked], pa.Table]:
    return lambda asked: asked.ask(name)


def _labelled(label: Callable[[Asked], Table]) -> Callable[[Asked], pa.Table]:
    return lambda asked: pa.table(label(asked))


EXPORTS = {
    "visitors": Export("unique visitors per day, new and returning, and visits", _question("unique_visitors")),
    "reach": Export("unique visitors of the whole range: days do not add up", _question("visitors_of_range")),
    "sales": Export("orders, revenue and refunds per day", _question("sales")),
    "carts": Export(
        "abandoned carts per day: states, rate, value at stake and recovered", _question("abandoned_carts")
    ),
    "presets": Export("cart abandonment as other tools would count it", _question("cart_presets")),
    "recovery": Export(
        "the carts abandoned now, line by line: whom to write to, about what", _question("recovery_list")
    ),
    "hours": Export("top categories by hour of the day", _labelled(hours)),
    "weekdays": Export("top categories by weekday", _labelled(weekdays)),
    "windows": Export("discount, harvest and quiet windows of the week", _labelled(windows)),
    "brands": Export("brands to promote or to fix, why, and what to try", _labelled(brands)),
    "funnel": Export("view, cart, purchase by category and brand", _question("funnel")),
    "acquisition": Export("new visitors by channel, and what they bought since", _question("acquisition")),
    "retention": Export("buyers by the week of their first purchase, and who bought again", _question("retention")),
    "journeys": Export("the commonest ways to purchase and to exit", _question("journeys")),
}
"""Every answer that the marts give, by its name."""


def plainly_named(rows: pa.Table, population: str) -> pa.Table:
    """``visitors_net`` becomes ``visitors`` and comes first; the other counts keep their endings and come last."""
    ending = f"_{population}"
    others = tuple(f"_{name}" for name in POPULATIONS if name != population)
    first = [name for name in rows.column_names if not name.endswith(others)]
    rows = rows.select([*first, *(name for name in rows.column_names if name.endswith(others))])
    return rows.rename_columns([name.removesuffix(ending) for name in rows.column_names])


def timed(rows: pa.Table) -> pa.Table:
    """Columns that end in ``_at`` are times."""
    for index, name in enumerate(rows.column_names):
        if name.endswith("_at") and pa.types.is_int64(rows.schema.field(name).type):
            rows = rows.set_column(index, name, rows.column(name).cast(pa.timestamp("ms", tz="UTC")))
    return rows
