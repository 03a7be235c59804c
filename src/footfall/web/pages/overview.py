"""The store at a glance: visitors, orders, revenue, abandoned carts, and what bots moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.web import formats
from footfall.web.charts import Chart, Values, line_chart
from footfall.web.chosen import cards, whole
from footfall.web.export import narrowed
from footfall.web.figures import Figure, Row, by_day, figure, total
from footfall.web.filters import Range
from footfall.web.view import View

TITLE, PATH, PLACE, TEMPLATE = "Overview", "/", 10, "overview.html"
STEADY = True
FILTERS = ("days", "compare", "count", "category", "brand", "source")
LINES = {
    "visitors": ("Unique visitors per day", "visitors", "visitors"),
    "orders": ("Orders per day", "sales", "orders"),
    "revenue": ("Revenue per day", "sales", "revenue"),
    "carts": ("Abandoned carts per day of start", "carts", "abandonment"),
}
"""What the chart can show: title, export, column."""
TOP = 6
"""Rows of a table that only leads to another page."""


def data(view: View) -> dict[str, Any]:
    """What the template needs."""
    figures = cards(view) or _figures(view)
    channels = narrowed(view.rows("acquisition"), view)
    funnel = view.rows("funnel")
    shown = view.query.get("show", "visitors")
    return {
        "figures": figures,
        "show": shown if shown in LINES else "visitors",
        "lines": LINES,
        "chart": _chart(view, shown if shown in LINES else "visitors"),
        "whole": whole(view, "days"),
        "moved": _moved(view),
        "restated": _restated(view),
        "brands": _brands(view),
        "channels": channels.to_pylist(),
        "steps": narrowed(funnel.filter(pc.is_valid(funnel["category"])), view).slice(0, TOP).to_pylist(),
        "choices": {**choices(funnel), "source": channels["channel"].to_pylist()},
    }


def _restated(view: View) -> list[dict[str, Any]]:
    """Figures that verdicts restated, the first of them; none where a plane does not keep them."""
    kept = "changes" in view.plane.exports()
    return list(view.rows("changes").slice(0, TOP).to_pylist()) if kept else []


def choices(rows: pa.Table) -> dict[str, list[str]]:
    """Categories and brands to choose from; names too long to choose are left out."""
    found: dict[str, list[str]] = {}
    for name in ("category", "brand"):
        values = pc.drop_null(pc.unique(rows[name]).cast(pa.string()))
        short = values.filter(pc.less(pc.utf8_length(values), formats.LONGEST)).slice(0, 200)
        found[name] = sorted(value for value in short.to_pylist() if value)
    return found


def _totals(view: View, name: str) -> tuple[Row, Row | None]:
    def of(days: Range) -> Row:
        rows = view.rows(name, days)
        return total(rows.filter(pc.is_valid(rows["day"]))) if "day" in rows.column_names else total(rows)

    return of(view.days), of(view.before) if view.before else None


def _figures(view: View) -> list[Figure]:
    money, short = (formats.of_store(view.store)[name] for name in ("money", "short_money"))
    reach, sales, carts, daily = (_totals(view, name) for name in ("reach", "sales", "carts", "visitors"))
    orders, now = sales[0]["orders"], carts[0]
    return [
        figure(
            view, "Unique visitors", "reach", "visitors", reach, beside=f"{formats.number(daily[0]['sessions'])} visits"
        ),
        figure(view, "Orders", "sales", "orders", sales, beside=f"{_share(orders, reach[0]['visitors'])} of visitors"),
        figure(
            view,
            "Revenue",
            "sales",
            "revenue",
            sales,
            short,
            beside=f"average order {money(_ratio(sales[0]['revenue'], orders))}",
        ),
        figure(
            view,
            "Abandoned carts",
            "carts",
            "abandonment",
            carts,
            more="bad",
            beside=f"{short(now['value_at_stake'])} left behind, {_share(now['abandonment'], now['decided'])} of carts",
        ),
    ]


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def _share(above: float | None, below: float | None) -> str:
    return formats.percent(_ratio(above, below))


def _writer(view: View, name: str) -> Callable[[float | None], str]:
    return formats.of_store(view.store)["short_money"] if name == "revenue" else formats.number


def _chart(view: View, shown: str) -> Chart:
    title, name, column = LINES[shown]
    values = by_day(view.rows(name), column)
    if name == "carts":
        values = decided(view, values)
    before = (by_day(view.rows(name, view.before), column), view.before) if view.before else None
    return line_chart(title, values, view.days, before, _writer(view, shown))


def decided(view: View, values: Values) -> Values:
    """Carts by day of their start, without those that had no 24 hours yet to be abandoned."""
    return {day: value for day, value in values.items() if day and day < view.extent.last}


def _moved(view: View) -> list[dict[str, str]]:
    """The figures with bots, without known ones, and net."""
    money = formats.of_store(view.store)["money"]
    rows = []
    for title, name, column, write in (
        ("Unique visitors", "reach", "visitors", formats.number),
        ("Visits", "visitors", "sessions", formats.number),
        ("Orders", "sales", "orders", formats.number),
        ("Revenue", "sales", "revenue", money),
        ("Abandoned carts", "carts", "abandonment", formats.number),
        ("Value at stake", "carts", "value_at_stake", money),
    ):
        row = _totals(view, name)[0]
        own = {
            other: row.get(column if other == view.filters.count else f"{column}_{other}")
            for other in ("gross", "known", "net")
        }
        share = _ratio((own["gross"] or 0) - (own["net"] or 0), own["net"])
        rows.append(
            {"title": title, "share": formats.change(share), **{other: write(value) for other, value in own.items()}}
        )
    return rows


def _brands(view: View) -> list[dict[str, Any]]:
    rows = view.rows("brands")
    wanted = narrowed(rows.filter(pc.is_in(rows["label"], pa.array(["Promote", "Fix", "Fading"]))), view)
    promote = wanted.filter(pc.equal(wanted["label"], "Promote")).slice(0, TOP // 2)
    others = wanted.filter(pc.not_equal(wanted["label"], "Promote")).slice(0, TOP - promote.num_rows)
    return [*promote.to_pylist(), *others.to_pylist()]
