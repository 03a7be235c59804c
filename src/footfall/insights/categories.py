"""When each category draws interest, sells and earns: by hour and by weekday, against the store as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from footfall.insights.columns import Codes, Columns, Rows, Table, as_columns, codes, measure, take, tally
from footfall.insights.shrinkage import fit_ratio_prior
from footfall.insights.statistics import Floats

STORE = "*"
"""The category whose rows are the whole store."""

_QUARTER = timedelta(minutes=15)


def occurrences(days: Iterable[date], zone: str = "UTC") -> Floats:
    """How often each hour of the week occurred on these local days.

    Args:
        days: the days there is data of.
        zone: IANA name of the store's zone; an hour that a clock change repeats counts twice, one it skips not at all.

    Returns:
        168 counts, Monday 0 h first; fractions where a zone shifts by half hours.
    """
    quarters = np.zeros(168)
    tz = ZoneInfo(zone)
    for day in set(days):
        now, end = _midnight(day, tz), _midnight(day + timedelta(days=1), tz)
        while now < end:
            local = now.astimezone(tz)
            quarters[(local.isoweekday() - 1) * 24 + local.hour] += 1
            now += _QUARTER
    return quarters / 4


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC)


def expected_interest(interest: Floats) -> Floats:
    """Row total × column total ÷ total of the last two axes: what each cell would hold if the two were independent."""
    rows, columns = interest.sum(axis=-1, keepdims=True), interest.sum(axis=-2, keepdims=True)
    return ratio(rows * columns, interest.sum(axis=(-2, -1), keepdims=True))


def expected_buyers(interest: Floats, buyers: Floats) -> tuple[Floats, Floats]:
    """What interested sessions would buy at their category's rate × the store's index of the hour.

    The index is standardised: an hour is good when it sells more than its own mix of categories would, so an hour
    full of a category that rarely sells is not taken for a bad hour. Rates and index are fitted together, by
    iterative scaling.

    Args:
        interest: sessions, shape (weeks, hours, categories); a category has a rate of its own in every week.
        buyers: those of them that bought, same shape.

    Returns:
        Expected buyers of the same shape, and the store's index, shape (hours,), 1 on average over sessions.
    """
    index = np.ones(interest.shape[1])
    rate = np.zeros((interest.shape[0], 1, interest.shape[2]))
    for _ in range(20):
        rate = ratio(buyers.sum(axis=1, keepdims=True), (interest * index[:, None]).sum(axis=1, keepdims=True))
        index = ratio(buyers.sum(axis=(0, 2)), (interest * rate).sum(axis=(0, 2)))
    hours = interest.sum(axis=(0, 2))
    return interest * rate * index[:, None], ratio(index * hours.sum(), (index * hours).sum())


def ratio(above: Floats, below: Floats) -> Floats:
    """above ÷ below; 0 where there is nothing below."""
    above, below = np.broadcast_arrays(np.asarray(above, dtype=float), np.asarray(below, dtype=float))
    return np.asarray(np.divide(above, below, out=np.zeros(above.shape), where=below > 0))


def top_categories(rows: Rows, occurred: Floats, by: Literal["hour", "weekday"], population: str = "net") -> Table:
    """The categories of every hour of the day, or of every weekday, best first.

    Args:
        rows: of ``top_categories.sql``: weekday, hour, category and counts.
        occurred: how often each of the 168 hours of the week occurred, see :func:`occurrences`.
        by: which margin of the cells.
        population: ``gross``, ``known`` or ``net``.

    Returns:
        Columns ``hour`` or ``weekday``; rank (by interest; 0 is the store); category; occurrences (such hours or days
        in the range); interest, buyers, purchases, revenue (sums); interest_each, revenue_each (of one such hour or
        day, every weekday weighing the same); conversion; revenue_per_session; lift and index (conversion index),
        shrunk. In the store's rows lift compares with an even spread and index is the store's own, that of its hours
        or weekdays. Money in minor units.
    """
    columns = as_columns(rows)
    names, category = codes(columns.get("category", []))
    axis = 0 if by == "hour" else 1
    cells = {name: _cells(columns, name, population, category, len(names)) for name in MEASURES}
    table: Table = {name: cell.sum(axis=axis) for name, cell in cells.items()}
    occurred = np.asarray(occurred, dtype=float).reshape(7, 24)
    for name in ("interest", "revenue"):
        table[f"{name}_each"] = _each(cells[name], occurred, by)
    table["lift"], table["index"] = _ratios(table["interest"], table["buyers"], names)
    if STORE in names:
        at = names.index(STORE)
        table["lift"][:, at] = ratio(table["interest_each"][:, at], table["interest_each"][:, at].mean())
    return _listed(table, by, names, occurred.sum(axis=0) if by == "hour" else occurred[:, 12])


MEASURES = ("interest", "buyers", "purchases", "revenue")


def _cells(columns: Columns, name: str, population: str, category: Codes, count: int) -> Floats:
    """One measure as an array (7 weekdays, 24 hours, categories)."""
    weekday, hour = (np.asarray(columns.get(key, []), dtype=np.int64) for key in ("weekday", "hour"))
    place = ((weekday - 1) * 24 + hour) * count + category
    return tally(place, measure(columns, name, population), 7, 24, count)


def _each(cells: Floats, occurred: Floats, by: str) -> Floats:
    """Of one hour of the day (the mean of its weekdays), or of one weekday (the sum of its hours)."""
    rates = ratio(cells, occurred[:, :, None])
    if by == "weekday":
        return np.asarray(rates.sum(axis=1))
    return ratio(rates.sum(axis=0), (occurred > 0).sum(axis=0)[:, None])


def _ratios(interest: Floats, buyers: Floats, names: list[str]) -> tuple[Floats, Floats]:
    """Lift and conversion index of each slot and category; the store's column holds its own index."""
    lift, index = np.ones(interest.shape), np.ones(interest.shape)
    own = np.array([name != STORE for name in names], dtype=bool)
    n, x = interest[:, own], buyers[:, own]
    expected, (sales, store) = expected_interest(n), expected_buyers(n[None], x[None])
    lift[:, own] = fit_ratio_prior(n, expected).ratio(n, expected)
    index[:, own] = fit_ratio_prior(x, sales[0]).ratio(x, sales[0])
    index[:, ~own] = store[:, None]
    return lift, index


def _listed(table: Table, by: str, names: list[str], slots: Floats) -> Table:
    """The arrays (slots, categories) as rows, ranked within their slot; empty ones are left out."""
    category = np.array(names, dtype=str)
    order = np.argsort(np.where(category == STORE, -np.inf, -table["interest_each"]), axis=1, kind="stable")
    rank = np.argsort(order, axis=1) + (0 if STORE in names else 1)
    first = 0 if by == "hour" else 1
    shape = rank.shape
    out: Table = {
        by: np.broadcast_to(np.arange(first, first + shape[0])[:, None], shape),
        "rank": rank,
        "category": np.broadcast_to(category, shape),
        "occurrences": np.broadcast_to(slots[:, None], shape),
        **{name: table[name].astype(np.int64) for name in MEASURES},
        "interest_each": table["interest_each"],
        "revenue_each": table["revenue_each"],
        "conversion": ratio(table["buyers"], table["interest"]),
        "revenue_per_session": ratio(table["revenue"], table["interest"]),
        "lift": table["lift"],
        "index": table["index"],
    }
    flat = {name: values.ravel() for name, values in out.items()}
    seen = np.flatnonzero((flat["interest"] > 0) | (flat["purchases"] > 0))
    return take(flat, seen[np.lexsort((flat["rank"][seen], flat[by][seen]))])
