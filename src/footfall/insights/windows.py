"""Hours of the week in which a category has room for a discount, sells without one, or lacks visitors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import numpy as np

from footfall.insights.categories import STORE, expected_buyers, expected_interest, ratio
from footfall.insights.columns import Codes, Columns, Rows, Table, as_columns, codes, measure, take, tally, week_codes
from footfall.insights.shrinkage import fit_ratio_prior
from footfall.insights.statistics import Flags, Floats, binomial_at_most, discoveries, poisson_at_least

BUSY = 1.15
"""Lift from which interest is high; also the conversion index from which conversion is."""
LOW = 0.85
"""Conversion index up to which conversion is low; also the lift up to which a cell is quiet."""
HINT = 0.01
"""p-value up to which a window is at least a candidate."""
WEEKS = 6
"""Weeks of data without which nothing is confirmed."""
HELD = 4 / 6
"""Share of weeks in which a label must hold by itself."""
Q = 0.1
"""Tolerated share of false windows among the confirmed."""
MOST_FALSE = 1.0
"""Tolerated number of false windows among the confirmed."""


LEAP = 1.5
"""How far above the median of its weeks a week's interest must lie to be set aside, if chance does not explain it."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """Counts of weeks × 168 hours × categories, what is expected of them, and which weeks of which cells count."""

    interest: Floats
    buyers: Floats
    expected_interest: Floats
    expected_buyers: Floats
    kept: Flags

    def sums(self) -> Table:
        """The measures over the weeks that count, shapes (168, categories)."""
        names = ("interest", "buyers", "expected_interest", "expected_buyers")
        return {name: (getattr(self, name) * self.kept).sum(axis=0) for name in names}


def discount_windows(rows: Rows, occurred: Floats, population: str = "net") -> Table:
    """The labelled hours of the week of every category.

    Interest is compared with independence within each week (category total × hour total ÷ total), so that growth,
    campaigns and half weeks leave no trace; conversion with the category's rate of the week × the store's index of
    the hour. A week whose interest leaps out of the cell's other weeks is set aside. Ratios are shrunk by priors
    fitted to the store; that of conversion is fitted to busy cells and to the others apart, for it is among the busy
    ones that windows are looked for.

    Args:
        rows: of ``discount_windows.sql``: week, weekday, hour, category and counts.
        occurred: how often each of the 168 hours of the week occurred, see
            :func:`footfall.insights.categories.occurrences`.
        population: ``gross``, ``known`` or ``net``.

    Returns:
        Columns label (``discount``, ``harvest`` or ``quiet``), status (``confirmed`` or ``candidate`` for discounts,
        else empty), weekday, hour, category, weeks (in which the hour occurred), held (in how many the label held by
        itself), set_aside (how many were), interest, interest_each (an hour), expected_interest, lift, buyers,
        expected_buyers, conversion, expected_conversion, index, p (that one of the two effects is absent), mean_line,
        gain and gain_week (minor units, of discounts). Sorted by label, then status, then highest gain.
    """
    columns = as_columns(rows)
    names, category = codes(columns.get("category", []))
    own = np.array([name != STORE for name in names], dtype=bool)
    interest, buyers = (
        _array(columns, name, population, category, len(names))[..., own] for name in ("interest", "buyers")
    )
    revenue, purchases = (
        tally(category, measure(columns, name, population), len(names)) for name in ("revenue", "purchases")
    )
    table = _judge(_expect(interest, buyers), np.asarray(occurred, dtype=float), ratio(revenue, purchases)[own])
    slots = np.arange(168)[:, None]
    table |= {"weekday": slots // 24 + 1, "hour": slots % 24, "category": np.array(names, dtype=str)[own][None, :]}
    return _listed(table)


def _array(columns: Columns, name: str, population: str, category: Codes, count: int) -> Floats:
    """One measure as an array (weeks, 168, categories)."""
    weeks, week = week_codes(columns.get("week", []))
    weekday, hour = (np.asarray(columns.get(key, []), dtype=np.int64) for key in ("weekday", "hour"))
    place = (week * 168 + (weekday - 1) * 24 + hour) * count + category
    return tally(place, measure(columns, name, population), len(weeks), 168, count)


def _expect(interest: Floats, buyers: Floats) -> _Cells:
    """Sets weeks that leap out aside, and works out what is expected of the rest."""
    expected = expected_interest(interest)
    usual = np.median(ratio(interest, expected), axis=0) * expected if len(interest) else expected
    kept = ~_leaps(interest, usual)
    expected = expected_interest(np.where(kept, interest, usual))
    sales, _ = expected_buyers(interest * kept, buyers * kept)
    return _Cells(interest, buyers, expected, sales, kept)


def _leaps(interest: Floats, usual: Floats) -> Flags:
    """Weeks of cells whose interest is far above their usual one, and not by chance."""
    leaps = interest > LEAP * np.maximum(usual, 1.0)
    if len(interest) < 4:
        return np.zeros_like(leaps)
    leaps[leaps] = poisson_at_least(interest[leaps], 1.25 * np.maximum(usual[leaps], 0.5)) < 0.001
    return np.asarray(leaps)


def _judge(cells: _Cells, occurred: Floats, line: Floats) -> Table:
    """What is known of each cell: arrays (168, categories)."""
    table = cells.sums()
    n, x, e, b = table.values()
    spread, spread_sales = (
        _dispersion(*parts, cells.kept)
        for parts in ((cells.interest, cells.expected_interest), (cells.buyers, cells.expected_buyers))
    )
    table["lift"] = fit_ratio_prior(n / spread, e / spread).ratio(n / spread, e / spread)
    busy = table["lift"] >= BUSY
    table["index"] = np.ones_like(x)
    for part in (busy, ~busy):
        table["index"][part] = fit_ratio_prior(x[part], b[part]).ratio(x[part], b[part])
    p_interest = poisson_at_least(n / spread, e / spread)
    p_sales = binomial_at_most(x / spread_sales, n / spread_sales, np.clip(ratio(b, n), 0, 1))
    table["p"] = np.maximum(p_interest, p_sales)
    found = discoveries(p_interest, p_sales, Q, MOST_FALSE)
    weeks = np.repeat(np.rint(occurred.reshape(7, 24)[:, 12]), 24)[:, None]
    _label(table, cells, weeks, found)
    gain = np.where(table["label"] == "discount", b * (1 - table["index"]) * line, 0.0)
    return table | {
        "weeks": weeks,
        "set_aside": (~cells.kept).sum(axis=0),
        "interest_each": ratio(cells.interest.sum(axis=0), occurred[:, None]),
        "conversion": ratio(x, n),
        "expected_conversion": ratio(b, n),
        "mean_line": np.rint(line)[None, :],
        "gain": np.rint(gain),
        "gain_week": np.rint(ratio(gain, weeks)),
    }


def _label(table: Table, cells: _Cells, weeks: Floats, found: Flags) -> None:
    """Adds label, status and the number of weeks in which the label held by itself."""
    lift, index = ratio(cells.interest, cells.expected_interest), ratio(cells.buyers, cells.expected_buyers)
    counts = cells.kept & (cells.expected_interest > 0)
    sells = counts & (cells.expected_buyers > 0)
    need = np.ceil(HELD * weeks - 1e-9)
    rules = {
        "discount": (
            (table["lift"] >= BUSY) & (table["index"] <= LOW) & (table["p"] <= HINT),
            sells & (lift >= BUSY) & (index <= LOW),
        ),
        "harvest": ((table["lift"] >= BUSY) & (table["index"] >= BUSY), sells & (lift >= BUSY) & (index >= BUSY)),
        "quiet": (table["lift"] <= LOW, counts & (lift <= LOW)),
    }
    table["label"], table["held"] = np.full(found.shape, "", dtype="U8"), np.zeros(found.shape)
    for name, (overall, weekly) in rules.items():
        held = weekly.sum(axis=0)
        hit = overall & (held >= need) & (need > 0)
        table["label"][hit], table["held"][hit] = name, held[hit]
    confirmed = found & (weeks >= WEEKS)
    table["status"] = np.where(table["label"] == "discount", np.where(confirmed, "confirmed", "candidate"), "")


def _dispersion(seen: Floats, expected: Floats, kept: Flags) -> float:
    """How many times the variance between a cell's weeks exceeds chance, in the median cell; 1 at least."""
    weeks = kept.sum(axis=0)
    mean = expected * ratio((seen * kept).sum(axis=0), (expected * kept).sum(axis=0))
    chi = (ratio((seen - mean) ** 2, mean) * kept).sum(axis=0)
    enough = (weeks > 1) & ((mean * kept).sum(axis=0) >= 5 * weeks)
    if not enough.any():
        return 1.0
    free = weeks[enough] - 1
    return max(1.0, float(np.median(chi[enough] / free / (1 - 2 / (9 * free)) ** 3)))


COLUMNS = (
    "label",
    "status",
    "weekday",
    "hour",
    "category",
    "weeks",
    "held",
    "set_aside",
    "interest",
    "interest_each",
    "expected_interest",
    "lift",
    "buyers",
    "expected_buyers",
    "conversion",
    "expected_conversion",
    "index",
    "p",
    "mean_line",
    "gain",
    "gain_week",
)
_WHOLE = ("weekday", "hour", "weeks", "held", "set_aside", "interest", "buyers", "mean_line", "gain", "gain_week")


def _listed(table: Table) -> Table:
    """The labelled cells as rows."""
    shape = table["label"].shape
    labelled = (table["label"] != "").ravel()
    flat = {name: np.broadcast_to(table[name], shape).ravel()[labelled] for name in COLUMNS}
    flat |= {name: np.rint(flat[name]).astype(np.int64) for name in _WHOLE}
    candidate = flat["status"] == "candidate"
    keys = (flat["hour"], flat["weekday"], flat["category"], -flat["interest"], -flat["gain"], candidate, flat["label"])
    return take(flat, np.lexsort(keys))


def switchback(weekday: int, hour: int, first: date, weeks: int = 8) -> list[tuple[date, bool]]:
    """In which weeks to give a discount in a window, so that its effect can be told from the season's.

    Two weeks make a pair, one with and one without; which comes first changes from pair to pair, and from one window
    to the next, so that neither a trend nor a single odd week falls on one side.

    Args:
        weekday: ISO weekday of the window.
        hour: its local hour.
        first: a day of the first week.
        weeks: how long to test; rounded up to pairs.

    Returns:
        Each week's date of the window, and whether to give the discount.
    """
    day = first - timedelta(days=first.isoweekday() - weekday)
    turn = (weekday + hour) % 2
    return [(day + timedelta(weeks=w), (turn + w // 2 + w) % 2 == 0) for w in range(2 * ceil(weeks / 2))]
