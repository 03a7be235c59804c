"""Cards while the address names a category, a brand or a source: what the marts can tell of those, and what not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.web import formats
from footfall.web.export import narrowed
from footfall.web.figures import Figure, Row, figure, total
from footfall.web.filters import Range
from footfall.web.view import View

NAMES = ("category", "brand", "source")


def whole(view: View, what: str, *acting: str) -> str:
    """Why a figure is of the whole store; empty where every filter of the address acts on it.

    Args:
        view: with its filters.
        what: is counted.
        acting: the filters that do act.
    """
    idle = [name for name in NAMES if getattr(view.filters, name) and name not in acting]
    return f"Whole store: {what} are not counted by {' or '.join(idle)}" if idle else ""


def cards(view: View) -> list[Figure]:
    """The cards of the products or the source that the address names; none where it names neither."""
    if view.filters.category or view.filters.brand:
        return _products(view)
    return _source(view) if view.filters.source else []


def _products(view: View) -> list[Figure]:
    """Visits and sales of a category or brand; visits of several brands add up, so that says so."""

    def of(days: Range) -> pa.Table:
        rows = view.rows("funnel", days)
        return narrowed(rows.filter(pc.is_valid(rows["category"])), view)

    now = of(view.days)
    rows = total(now), total(of(view.before)) if view.before else None
    several = "a visit counts in each brand it saw" if now.num_rows > 1 else ""
    money = formats.of_store(view.store)["short_money"]
    listed = [
        figure(view, "Visits that saw it", "funnel", "viewed", rows, beside=several),
        figure(view, "Visits that bought it", "funnel", "bought", rows, beside=_share(rows[0], "bought", "viewed")),
        figure(view, "Revenue from it", "funnel", "sales", rows, money),
        _recovery(view),
    ]
    return [replace(one, whole=whole(view, "products", "category", "brand")) for one in listed]


def _recovery(view: View) -> Figure:
    carts, worth = to_win_back(narrowed(view.rows("recovery"), view))
    money = formats.of_store(view.store)["short_money"]
    return Figure(
        "Carts to win back", formats.number(len(carts)), "recovery", beside=f"{money(worth)} in carts that hold it"
    )


def to_win_back(lines: pa.Table) -> tuple[pa.Array, int]:
    """Where the first line of each cart stands, and what the carts are worth; every line bears that of its cart.

    Lines of a cart follow each other; a filter may have taken its first one.
    """
    if not lines.num_rows:
        return pa.array([], pa.int64()), 0
    own = [lines[name].combine_chunks() for name in ("visitor", "started_at")]
    changed = [pc.not_equal(column.slice(1), column.slice(0, len(column) - 1)) for column in own]
    first = pa.concat_arrays([pa.array([True]), pc.or_kleene(*changed).fill_null(True)])
    return pc.indices_nonzero(first), pc.sum(lines["value"].filter(first)).as_py() or 0


def _source(view: View) -> list[Figure]:
    """Those who first came by a source; what earlier ones bought since had longer to happen, and is not compared."""

    def of(days: Range) -> Row:
        return total(narrowed(view.rows("acquisition", days), view))

    now, past = of(view.days), of(view.before) if view.before else None
    short, money = (formats.of_store(view.store)[name] for name in ("short_money", "money"))
    each = money(now["revenue"] / now["orders"]) if now["orders"] else formats.NONE
    return [
        figure(view, "New visitors from it", "acquisition", "visitors", (now, past), beside="who never came before"),
        figure(
            view, "Buyers among them", "acquisition", "buyers", (now, None), beside=_share(now, "buyers", "visitors")
        ),
        figure(view, "Orders of theirs", "acquisition", "orders", (now, None), beside="since their first visit"),
        figure(view, "Revenue from them", "acquisition", "revenue", (now, None), short, beside=f"average order {each}"),
    ]


def _share(row: dict[str, Any], above: str, below: str) -> str:
    return f"{formats.percent(row[above] / row[below])} of them" if row[above] is not None and row[below] else ""
