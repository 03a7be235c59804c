"""Brands on the shelves of their categories: counts by price band, who their peers are, and what peers sell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from footfall.insights.categories import ratio
from footfall.insights.columns import Codes, Columns, codes, measure, tally, week_codes
from footfall.insights.shrinkage import fit_strength
from footfall.insights.statistics import Flags, Floats

BANDS = 3
"""Price bands of a category: cheap, middle, dear."""
PEERS = 5
"""Named brands that a category and price band must have for a comparison."""

_ROUNDS = 3
_FIRST_STRENGTH = 300.0


@dataclass(frozen=True)
class Shelf:
    """Counts of every pair of brand and category, shape (pairs, bands) where not said otherwise.

    Attributes:
        categories: names of the categories.
        brands: names of the brands.
        category: number of each pair's category, shape (pairs,).
        brand: number of each pair's brand, shape (pairs,).
        counts: exposed, carted, bought, purchases, revenue: sums over all weeks.
        products: distinct products of the pair, the most on one day.
        weekly: exposures, shape (pairs, weeks).
    """

    categories: list[str]
    brands: list[str]
    category: Codes
    brand: Codes
    counts: dict[str, Floats]
    products: Floats
    weekly: Floats

    @cached_property
    def named(self) -> Flags:
        """Which pairs are of a brand with a name, shape (pairs,)."""
        return np.array([name != "" for name in self.brands], dtype=bool)[self.brand]


@dataclass(frozen=True, slots=True)
class Peers:
    """Whom each pair is compared with in each band; all of shape (pairs, bands).

    Attributes:
        own: number of the group of its category and band.
        wide: number of the group of its category's first two levels and band.
        use_own, use_wide: which of them it is compared with; neither where both are too few.
        count: named brands in that group.
    """

    own: Codes
    wide: Codes
    use_own: Flags
    use_wide: Flags
    count: Floats

    @property
    def known(self) -> Flags:
        """Where there is a comparison."""
        return self.use_own | self.use_wide

    def mean(self, above: Floats, below: Floats) -> Floats:
        """The group's sum of ``above`` ÷ its sum of ``below``, 0 where there is no comparison."""
        near, far = (ratio(group_sums(group, above), group_sums(group, below)) for group in (self.own, self.wide))
        return np.where(self.use_own, near, np.where(self.use_wide, far, 0.0))


def group_sums(group: Codes, values: Floats) -> Floats:
    """The sum of each element's group, at each element."""
    return np.asarray(np.bincount(group.ravel(), values.ravel())[group] if group.size else values)


def read_shelf(columns: Columns, population: str) -> Shelf:
    """Reads the rows of ``brands_to_promote.sql``."""
    categories, category = codes(columns.get("category", []))
    brands, brand = codes(columns.get("brand", []))
    weeks, week = week_codes(columns.get("week", []))
    pairs, pair = np.unique(category * len(brands) + brand, return_inverse=True)
    band = np.asarray(columns.get("band", []), dtype=np.int64) - 1
    shape, place = (len(pairs), BANDS), pair * BANDS + band
    names = ("exposed", "carted", "bought", "purchases", "revenue")
    counts = {name: tally(place, measure(columns, name, population), *shape) for name in names}
    products = np.zeros(len(pairs) * BANDS)
    np.maximum.at(products, place, np.asarray(columns.get("products", []), dtype=float))
    weekly = tally(pair * len(weeks) + week, measure(columns, "exposed", population), len(pairs), len(weeks))
    of_category, of_brand = np.divmod(pairs, max(len(brands), 1))
    return Shelf(categories, brands, of_category, of_brand, counts, products.reshape(shape), weekly)


def wider(category: str) -> str:
    """The first two levels of a category's path; a single level or an id is its own."""
    return ".".join(category.split(".")[:2])


def find_peers(shelf: Shelf) -> Peers:
    """The brands of the same category and band; with too few of them, those of the same first two levels and band."""
    _, wide_of = codes([wider(name) for name in shelf.categories])
    band = np.arange(BANDS)
    own, wide = (number[:, None] * BANDS + band for number in (shelf.category, wide_of[shelf.category]))
    near, far = (_named_brands(shelf, group) for group in (own, wide))
    enough = near >= PEERS
    return Peers(own, wide, enough, ~enough & (far >= PEERS), np.where(enough, near, far))


def _named_brands(shelf: Shelf, group: Codes) -> Floats:
    """How many distinct named brands somebody saw in each group, at each pair and band."""
    seen = (shelf.counts["exposed"] > 0) & shelf.named[:, None]
    brand = np.broadcast_to(shelf.brand[:, None], group.shape)
    distinct = np.unique(np.stack([group[seen], brand[seen]]), axis=1)[0]
    most = int(group.max(initial=-1)) + 1
    return np.bincount(distinct, minlength=most)[group].astype(float)


def fit_rates(shelf: Shelf, peers: Peers) -> tuple[Floats, Floats]:
    """Fits the Beta-Binomial prior of every category.

    Args:
        shelf: the counts.
        peers: who is compared with whom.

    Returns:
        The category rate at each pair and band, shape (pairs, bands), 0 where there is no comparison: the mean of the
        group's brands, in which a brand weighs n ÷ (1 + n ÷ strength), so that a giant is not its own yardstick. And
        the strength of the prior of each pair's category, in exposures, shape (pairs,).
    """
    exposed, bought = shelf.counts["exposed"], shelf.counts["bought"]
    strength = np.full(len(shelf.category), _FIRST_STRENGTH)
    rates = np.zeros_like(exposed)
    for _ in range(_ROUNDS):
        weight = 1 / (1 + exposed / strength[:, None])
        rates = peers.mean(weight * bought, weight * exposed)
        n, x = ((part * peers.known).sum(axis=1) for part in (exposed, bought))
        rate = np.clip(mean_rate(exposed * peers.known, rates), 1e-6, 1 - 1e-6)
        strength = fit_strength(x, n, rate, shelf.category)[shelf.category] if len(n) else strength
    return rates, strength


def mean_rate(exposed: Floats, rates: Floats) -> Floats:
    """The mean of the bands' rates by exposures, shape (pairs,)."""
    return ratio((exposed * rates).sum(axis=1), exposed.sum(axis=1))
