"""The store at a glance: visitors, orders, revenue, abandoned carts, and what bots moved."""

from __future__ import annotations

from typing import Any

from footfall.web.view import View

TITLE, PATH, PLACE, TEMPLATE = "Overview", "/", 10, "overview.html"
FILTERS = ("days", "compare", "count", "category", "brand", "source")


def data(view: View) -> dict[str, Any]:
    """What the template needs."""
    return {"rows": view.rows("sales").num_rows}
