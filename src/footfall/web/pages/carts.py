"""Abandoned carts: where carts end, what is at stake, what others would count, and whom to write to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.web import formats
from footfall.web.charts import line_chart
from footfall.web.chosen import to_win_back, whole
from footfall.web.export import narrowed
from footfall.web.figures import Figure, Row, by_day, figure, total
from footfall.web.filters import Range
from footfall.web.pager import pager
from footfall.web.pages.overview import choices, decided
from footfall.web.view import View

TITLE, PATH, PLACE, TEMPLATE = "Abandoned carts", "/carts", 20, "carts.html"
STEADY = True
FILTERS = ("days", "compare", "count", "category", "brand")
STATES = (
    ("bought", "Bought", "good", "every line bought before any abandonment"),
    ("recovered", "Recovered", "good", "abandoned, then bought within 7 days"),
    ("partial", "Bought in part", "warn", "some lines bought, some left for 24 hours"),
    ("abandoned", "Abandoned", "warn", "24 hours without a touch; may still come back"),
    ("lost", "Lost", "bad", "not bought within 7 days of abandonment"),
    ("open", "Open", "muted", "touched within the last 24 hours; outside the rate"),
    ("emptied", "Emptied", "muted", "the shopper took everything out; outside the rate"),
)
PRESETS = {
    "footfall": "Footfall",
    "shopify": "Shopify",
    "ga4": "Google Analytics 4",
    "matomo": "Matomo",
    "klaviyo": "Klaviyo",
}
HOUR = 3_600_000
LISTED = [
    *("visitor", "started_at", "line", "value", "items", "category", "brand"),
    *("last_activity_at", "lost_at", "abandoned_before", "bot"),
]
"""What of a cart's lines is shown."""


def data(view: View) -> dict[str, Any]:
    """What the template needs."""
    rows = view.rows("carts")
    lines = narrowed(view.rows("recovery").select(LISTED), view)
    carts, worth = to_win_back(lines)
    shown = pager(view, len(carts))
    now = _whole(rows)
    return {
        "figures": _figures(view, now, worth if _narrow(view) else None),
        "whole": _narrow(view),
        "states": _states(now),
        "at_risk": now["at_risk"],
        "direct": now["direct_purchases"] / now["purchases"] if now["purchases"] else None,
        "chart": _chart(view, rows),
        "provisional": sum(rows["provisional"].to_pylist()),
        "presets": _presets(view),
        "pager": shown,
        "carts": [_aged(row, view.extent.until) for row in lines.take(carts[shown.first : shown.last]).to_pylist()],
        "worth": worth,
        "choices": choices(view.rows("recovery")),
    }


def _whole(rows: pa.Table) -> dict[str, Any]:
    return total(rows.filter(pc.is_valid(rows["day"])))


def _narrow(view: View) -> str:
    """Why most of the page is of the whole store; empty without filters of carts."""
    filters = view.filters
    named = whole(view, "carts that ended", "source")
    return named or ("Whole store: carts that ended are not counted by value" if filters.least else "")


def _figures(view: View, now: Row, worth: int | None) -> list[Figure]:
    """The cards; ``worth`` is of the carts that the filters leave, which only those still to be won are."""
    past = _whole(view.rows("carts", view.before)) if view.before else None
    short = formats.of_store(view.store)["short_money"]

    def card(title: str, name: str, beside: str, more: str = "bad", write: formats.Format = short) -> Figure:
        rows = (now, past if more else None)
        return figure(view, title, "carts", name, rows, write, more, beside)

    rate = f"{formats.percent(_rate(now))} of decided carts"
    if past:
        rate += f"; {formats.percent(_rate(past))} before"
    winnable = card("Still to be won", "value_winnable", "in carts abandoned in the last week", more="")
    if worth is not None:
        winnable = replace(winnable, shown=short(worth), answer="recovery", bots="")
    others = (
        card("Abandoned carts", "abandonment", rate, write=formats.number),
        card("Value at stake", "value_at_stake", "in abandoned, lost and partial carts"),
        card("Value recovered", "value_recovered", f"{formats.number(now['recovered'])} carts came back", more="good"),
    )
    first, second, last = (replace(one, whole=_narrow(view)) for one in others)
    return [first, second, winnable, last]


def _rate(row: Row) -> float | None:
    return row["abandonment"] / row["decided"] if row["decided"] else None


def _states(now: dict[str, Any]) -> list[dict[str, Any]]:
    whole = sum(now[name] or 0 for name, *_ in STATES)
    return [
        {
            "title": title,
            "tone": tone,
            "means": means,
            "count": now[name],
            "share": (now[name] or 0) / whole if whole else 0,
        }
        for name, title, tone, means in STATES
    ]


def _chart(view: View, rows: pa.Table) -> Any:
    values = decided(view, by_day(rows, "abandonment"))
    before: tuple[dict[Any, float], Range] | None = None
    if view.before:
        past = by_day(view.rows("carts", view.before), "abandonment")
        before = ({day: value for day, value in past.items() if day}, view.before)
    return line_chart("Abandoned carts by day of their start", values, view.days, before, formats.number)


def _presets(view: View) -> list[dict[str, Any]]:
    rows = view.rows("presets").to_pylist()
    return [
        {
            **row,
            "title": PRESETS.get(row["preset"], row["preset"]),
            "rate": row["abandoned"] / row["carts"] if row["carts"] else None,
        }
        for row in rows
    ]


def _aged(row: dict[str, Any], now: int) -> dict[str, Any]:
    last, lost = (int(row[name].timestamp() * 1000) for name in ("last_activity_at", "lost_at"))
    return {**row, "left": (now - last) // HOUR, "until": lost}
