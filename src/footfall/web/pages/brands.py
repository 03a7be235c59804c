"""Brands to promote: which sell unseen, which are seen and do not sell, which are fading; why, and what to try."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.web import formats
from footfall.web.export import narrowed
from footfall.web.pager import pager
from footfall.web.pages.overview import choices
from footfall.web.view import View

TITLE, PATH, PLACE, TEMPLATE = "Brands to promote", "/brands", 40, "brands.html"
STEADY = True
FILTERS = ("days", "count", "category", "brand")
SPAN = 84
LABELS = {
    "Promote": ("good", "Sells at least as well as its peers, and is hardly seen: show it."),
    "Fix": ("bad", "Seen, and not bought: price, page or stock. Advertising would waste money."),
    "Fading": ("warn", "Seen less against its category, week after week."),
    "Fine": ("", "Nothing to do."),
    "Too little data": ("", "Not seen often enough to judge, or nobody to compare it with."),
}


def data(view: View) -> dict[str, Any]:
    """What the template needs."""
    rows = narrowed(view.rows("brands"), view)
    counted = {label: rows.filter(pc.equal(rows["label"], label)) for label in LABELS}
    asked = view.query.get("label", "")
    label = asked if asked in LABELS else next((name for name, found in counted.items() if found.num_rows), "Promote")
    shown = pager(view, counted[label].num_rows)
    return {
        "labels": LABELS,
        "counted": {name: found.num_rows for name, found in counted.items()},
        "lost": pc.sum(pc.max_element_wise(counted["Fix"]["money"], 0)).as_py() or 0,
        "sold": pc.sum(counted["Promote"]["revenue"]).as_py() or 0,
        "label": label,
        "pager": shown,
        "brands": [_scaled(row) for row in shown.rows(counted[label])],
        "advice": _same(counted[label]["advice"]),
        "choices": choices(view.rows("funnel")),
    }


def _same(values: pa.ChunkedArray) -> str:
    """What all say; nothing where they differ."""
    told = pc.unique(values).to_pylist()
    return str(told[0] or "") if len(told) == 1 else ""


def _scaled(row: dict[str, Any]) -> dict[str, Any]:
    """A brand with its interval and its peers' rate on a scale of 100."""
    top = max(row["high"], row["expected_rate"]) * 1.1 or 1.0
    return {
        **row,
        "why": row["why"].replace("%", f"{formats.GAP}%"),
        "from": 100 * row["low"] / top,
        "to": 100 * row["high"] / top,
        "peer": 100 * row["expected_rate"] / top,
    }
