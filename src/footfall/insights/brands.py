"""Brands judged among brands of the same category and price: which to promote, which to fix, which are fading."""

from __future__ import annotations

import numpy as np

from footfall.insights.advice import advise
from footfall.insights.categories import ratio
from footfall.insights.columns import Rows, Table, as_columns, take
from footfall.insights.shelves import (
    BANDS,
    Peers,
    Shelf,
    find_peers,
    fit_rates,
    group_sums,
    mean_rate,
    read_shelf,
    wider,
)
from footfall.insights.statistics import Flags, Floats, beta_cdf, beta_quantile, binomial_at_most

SHORT = 0.8
"""A brand falls short when its rate is under this much of its category's."""
SURE = 0.9
"""Probability of falling short from which a brand is to be fixed."""
AS_GOOD = 0.5
"""Probability of selling at least as well as its category from which a brand counts as doing so."""
HIDDEN = 0.7
"""A brand is hidden when it is seen under this much of its share of the range; a day shows only part of that range."""
ENOUGH = 5.0
"""Buyers that a brand's exposures must let expect before it is judged."""
FALLS = 4
"""Weeks running that the exposure of a fading brand falls."""
CHANCE = 0.01
"""Probability up to which such a fall is not chance."""

LABELS = ("Fix", "Fading", "Promote", "Fine", "Too little data")
"""In the order in which they are given: a brand that fades and is hidden by now is fading."""

COLUMNS = (
    "category",
    "brand",
    "label",
    "money",
    "exposed",
    "bought",
    "rate",
    "low",
    "high",
    "expected_rate",
    "probability",
    "probability_good",
    "seen",
    "seen_first",
    "seen_last",
    "floor",
    "peers",
    "among",
    "carted",
    "expected_carted",
    "purchases",
    "revenue",
    "line",
    "products",
    "why",
    "advice",
)
_WHOLE = ("money", "exposed", "bought", "floor", "peers", "carted", "purchases", "revenue", "line", "products")


def brands_to_promote(rows: Rows, population: str = "net") -> Table:
    """One row a brand and category, judged over all its price bands.

    Bands are combined by exposures: a brand is expected to sell at the mean of its bands' category rates, weighted by
    where it was seen, and its buyers are added up. Bands without a comparison stay out.

    Args:
        rows: of ``brands_to_promote.sql``: week, category, band, brand and counts.
        population: ``gross``, ``known`` or ``net``.

    Returns:
        Columns category, brand, label (one of :data:`LABELS`), money (minor units lost against the category's rate;
        negative where it sells better), exposed, bought, rate (posterior mean), low and high (its 90 % interval),
        expected_rate, probability (of falling short), probability_good (of selling at least as well), seen (exposures
        against its share of the range), seen_first and seen_last (its share of the category's exposures in the first
        and last of the weeks that fading looks at), floor (exposures from which it is judged), peers (brands compared
        with), among (the category, or its first two levels), carted, expected_carted, purchases, revenue, line
        (average, minor units), products, why and advice (sentences). In the order of :data:`LABELS`, highest money
        first.
    """
    shelf = read_shelf(as_columns(rows), population)
    table = _judge(shelf, find_peers(shelf))
    _label(table, _fading(shelf, table))
    table["why"], table["advice"] = advise(table)
    flat = {name: table[name] for name in COLUMNS} | {name: np.rint(table[name]).astype(np.int64) for name in _WHOLE}
    place = np.array([LABELS.index(label) for label in flat["label"]])
    return take(flat, np.lexsort((flat["brand"], flat["category"], -flat["exposed"], -flat["money"], place)))


def brand_bands(rows: Rows, population: str = "net") -> Table:
    """The same comparison within each price band: one row a brand, category and band.

    Returns:
        Columns category, brand, band (1 cheap, 3 dear), exposed, bought, rate, low, high, expected_rate, probability,
        peers, among, carted, purchases, revenue, products; as in :func:`brands_to_promote`. Without a comparison
        rates are 0.
    """
    shelf = read_shelf(as_columns(rows), population)
    peers = find_peers(shelf)
    rates, strength = fit_rates(shelf, peers)
    names = {
        "category": np.array(shelf.categories, dtype=str)[shelf.category],
        "brand": np.array(shelf.brands, dtype=str)[shelf.brand],
    }
    table: Table = {name: np.broadcast_to(values[:, None], rates.shape) for name, values in names.items()}
    table["band"] = np.broadcast_to(np.arange(BANDS) + 1, rates.shape)
    whole = {name: values.astype(np.int64) for name, values in shelf.counts.items()}
    table |= whole | {"products": shelf.products.astype(np.int64), "peers": peers.count.astype(np.int64)}
    table |= _posterior(shelf.counts["bought"], shelf.counts["exposed"], rates, strength[:, None])
    table["among"] = np.where(peers.use_own, table["category"], np.where(peers.use_wide, _wider(shelf), ""))
    return take({name: values.ravel() for name, values in table.items()}, (shelf.products > 0).ravel())


def _wider(shelf: Shelf) -> np.ndarray:
    return np.array([wider(name) for name in shelf.categories], dtype=str)[shelf.category][:, None]


def _posterior(bought: Floats, exposed: Floats, expected: Floats, strength: Floats) -> Table:
    """Rate, interval and probabilities under a Beta prior of mean ``expected``; zeros where nothing is expected."""
    known = (expected > 0) & (expected < 1)
    r = np.where(known, expected, 0.5)
    a, b = strength * r + bought, strength * (1 - r) + np.maximum(exposed - bought, 0)
    values = {
        "rate": a / (a + b),
        "low": beta_quantile(0.05, a, b),
        "high": beta_quantile(0.95, a, b),
        "expected_rate": r,
        "probability": beta_cdf(SHORT * r, a, b),
        "probability_good": 1 - beta_cdf(r, a, b),
    }
    return {name: np.where(known, value, 0.0) for name, value in values.items()}


def _judge(shelf: Shelf, peers: Peers) -> Table:
    """What is known of each pair: arrays (pairs,)."""
    rates, strength = fit_rates(shelf, peers)
    used = peers.known | ~peers.known.any(axis=1, keepdims=True)
    counts = {name: (values * used).sum(axis=1) for name, values in shelf.counts.items()}
    expected = mean_rate(shelf.counts["exposed"] * peers.known, rates)
    table: Table = counts | _posterior(counts["bought"], counts["exposed"], expected, strength)
    line = peers.mean(shelf.counts["revenue"], shelf.counts["purchases"])
    usual_line = mean_rate(shelf.counts["exposed"] * peers.known, line)
    table["line"] = np.where(counts["purchases"] > 0, ratio(counts["revenue"], counts["purchases"]), usual_line)
    table["money"] = counts["exposed"] * (table["expected_rate"] - table["rate"]) * table["line"]
    carts = peers.mean(shelf.counts["carted"], shelf.counts["exposed"])
    table["expected_carted"] = (shelf.counts["exposed"] * peers.known * carts).sum(axis=1)
    table["floor"] = np.ceil(ratio(np.full(len(expected), ENOUGH), table["expected_rate"]))
    table["peers"] = (peers.count * peers.known).max(axis=1, initial=0)
    table["seen"] = _seen(shelf)
    table["products"] = shelf.products.sum(axis=1)
    table["category"] = np.array(shelf.categories, dtype=str)[shelf.category]
    table["brand"] = np.array(shelf.brands, dtype=str)[shelf.brand]
    table["among"] = np.where(
        peers.use_own.any(axis=1), table["category"], np.where(peers.use_wide.any(axis=1), _wider(shelf)[:, 0], "")
    )
    return table


def _seen(shelf: Shelf) -> Floats:
    """Exposures ÷ what its share of each band's range would give a brand."""
    group = shelf.category[:, None] * BANDS + np.arange(BANDS)
    shares = ratio(shelf.products, group_sums(group, shelf.products))
    fair = (shares * group_sums(group, shelf.counts["exposed"])).sum(axis=1)
    return ratio(shelf.counts["exposed"].sum(axis=1), fair)


def _fading(shelf: Shelf, table: Table) -> Flags:
    """Pairs whose share of their category's exposures fell in each of the last weeks, and more than by chance.

    Weeks with under half the usual traffic (the ends of a range) say too little and are left out.
    """
    store = shelf.weekly.sum(axis=0)
    weekly = shelf.weekly[:, store >= np.median(store) / 2] if store.size else shelf.weekly
    total = _category_weeks(shelf, weekly)
    share = ratio(weekly, total)
    last = share[:, -(FALLS + 1) :]
    table["seen_first"], table["seen_last"] = (last[:, at] if last.shape[1] else np.zeros(len(last)) for at in (0, -1))
    if last.shape[1] <= FALLS:
        return np.zeros(len(share), dtype=bool)
    first, now = weekly[:, -(FALLS + 1)], weekly[:, -1]
    fair = ratio(total[:, -1], total[:, -1] + total[:, -(FALLS + 1)])
    return np.asarray((np.diff(last, axis=1) < 0).all(axis=1) & (binomial_at_most(now, first + now, fair) <= CHANCE))


def _category_weeks(shelf: Shelf, weekly: Floats) -> Floats:
    """Exposures of each pair's category, shape (pairs, weeks)."""
    total = np.zeros((len(shelf.categories), weekly.shape[1]))
    np.add.at(total, shelf.category, weekly)
    return np.asarray(total[shelf.category])


def _label(table: Table, fading: Flags) -> None:
    enough = (table["expected_rate"] > 0) & (table["exposed"] >= table["floor"])
    good = (table["probability_good"] >= AS_GOOD) & (table["seen"] < HIDDEN)
    rules = (enough & (table["probability"] >= SURE), enough & fading, enough & good, enough)
    table["label"] = np.select(rules, LABELS[:4], LABELS[4]).astype("U15")
