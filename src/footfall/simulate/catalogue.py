"""What the store sells: categories, brands, products, prices, and how readily each is seen and bought."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from footfall.simulate.draws import Codes, Ints, Reals, Small, generator, quota, summed
from footfall.simulate.names import CATEGORIES, PRICES, brand_names
from footfall.simulate.setting import Store

SHELF = 1 << 14
"""Places on a category's shelf; the more popular a product, the more it holds: to draw a place is to draw a product."""

CATEGORY_ID = 2_053_013_550_000_000_000
NULL_CODE_SHARE = 0.125
FADE = 0.78
"""A fading brand keeps this share of its views from one week to the next."""


class Standing(IntEnum):
    """What was planned for a brand in a category."""

    FINE = 0
    WEAK = 1
    GEM = 2
    FADING = 3


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products, sorted by category, and the brands of each category ("pairs").

    Attributes:
        category_id: shape (categories,).
        category_code: None where the store names no code.
        first: where each category's products begin, shape (categories + 1,).
        category: of each product.
        pair: brand in category, of each product.
        price: in minor units, of each product.
        tertile: 0 (cheap) to 2 within its category, of each product.
        product_id: of each product.
        popularity: share of its category's views in the first week, of each product.
        pull: how readily a product is put in the cart; 1 on average over its category's views.
        pair_category: of each pair.
        pair_brand: name of each pair's brand, None for products without brand.
        standing: what was planned for each pair, a :class:`Standing`.
        relative: how readily a pair sells against its category, price apart; below 0.8 is weak.
    """

    category_id: Ints
    category_code: tuple[str | None, ...]
    first: Ints
    category: Codes
    pair: Codes
    price: Ints
    tertile: Small
    product_id: Ints
    popularity: Reals
    pull: Reals
    pair_category: Codes
    pair_brand: tuple[str | None, ...]
    standing: Small
    relative: Reals

    def keys(self) -> list[str]:
        """What names each category in a report: its code, else its id."""
        return [code or str(number) for code, number in zip(self.category_code, self.category_id, strict=True)]

    def weekly(self, week: int) -> Reals:
        """Each product's share of its category's views in a week."""
        faded = self.popularity * np.where(self.standing[self.pair] == Standing.FADING, FADE ** min(week, 12), 1.0)
        total: Reals = np.add.reduceat(faded, self.first[:-1])
        return faded / total[self.category]

    def shelf(self, week: int) -> Codes:
        """Products by popularity, for draws: shape (categories, SHELF)."""
        popularity = self.weekly(week)
        rows = [popularity[a:b] for a, b in zip(self.first[:-1], self.first[1:], strict=True)]
        return np.stack([quota(row, SHELF) + np.int32(a) for row, a in zip(rows, self.first[:-1], strict=True)])


def catalogue(store: Store) -> Catalogue:
    """The range of a store; it depends on the seed, ``categories``, ``products`` and ``effects`` alone."""
    rng = generator(store.seed, 1)
    pairs = _pairs(store, rng)
    ranges = [_range(rng, pairs, category, store.products // store.categories) for category in range(store.categories)]
    first = np.cumsum([0, *(len(part.pair) for part in ranges)])
    category = np.repeat(np.arange(store.categories, dtype=np.int32), np.diff(first))
    pair, price, tertile, popularity, pull = (
        np.concatenate([getattr(part, name) for part in ranges])
        for name in ("pair", "price", "tertile", "popularity", "pull")
    )
    product_id = 1_000_000 + np.sort(rng.choice(59_000_000, len(pair), replace=False))
    relative = pairs.pull / _average(pairs.pull, pair, popularity, category)[pairs.category]
    category_id = CATEGORY_ID + np.sort(rng.choice(10**10, store.categories, replace=False))
    codes = _codes(store, rng)
    return Catalogue(
        category_id,
        codes,
        first,
        category,
        pair,
        price,
        tertile,
        rng.permutation(product_id),
        popularity,
        pull,
        pairs.category,
        pairs.brand,
        pairs.standing,
        relative,
    )


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Brands in categories: share of the range, views against that share, pull, price level."""

    category: Codes
    brand: tuple[str | None, ...]
    standing: Small
    share: Reals
    seen: Reals
    pull: Reals
    level: Reals


@dataclass(frozen=True, slots=True)
class _Range:
    """The products of one category."""

    pair: Codes
    price: Ints
    tertile: Small
    popularity: Reals
    pull: Reals


def _codes(store: Store, rng: np.random.Generator) -> tuple[str | None, ...]:
    more = (f"home.collection.line_{number}" for number in range(store.categories - len(CATEGORIES)))
    codes: list[str | None] = list([*CATEGORIES, *more][: store.categories])
    for place in rng.choice(store.categories, round(NULL_CODE_SHARE * store.categories), replace=False):
        codes[place] = None
    return tuple(codes)


def _pairs(store: Store, rng: np.random.Generator) -> _Pairs:
    pool = rng.permutation(brand_names())[: max(40, store.categories * 4)]
    sizes = rng.integers(11, 17, store.categories)
    named = [rng.choice(pool, size, replace=False).tolist() for size in sizes]
    brand = tuple(name for names in named for name in (None, *names))
    category = np.repeat(np.arange(store.categories, dtype=np.int32), sizes + 1)
    share = np.concatenate([rng.permutation(np.arange(1, size + 2) ** -0.6) for size in sizes])
    share /= np.bincount(category, share)[category]
    standing = _standings(rng, share, np.array([name is not None for name in brand]), store.effects)
    spread = np.clip(rng.normal(0, 0.08, len(share)), -0.16, 0.16)
    low, high, few = (rng.uniform(*bounds, len(share)) for bounds in ((0.3, 0.55), (1.15, 1.35), (0.2, 0.4)))
    pull = np.select([standing == Standing.WEAK, standing == Standing.GEM], [low, high], np.exp(spread))
    seen = np.where(standing == Standing.GEM, few, np.exp(np.clip(rng.normal(0, 0.12, len(share)), -0.25, 0.25)))
    level = np.exp(rng.normal(0, 0.25, len(share)))
    return _Pairs(category, brand, standing, share, seen, pull, level)


def _standings(rng: np.random.Generator, share: Reals, named: Ints, effects: bool) -> Small:
    """Weak and fading brands have a fair share of the range, so that there is something to see."""
    luck = np.where(named & (share > 0.04), rng.random(len(share)), 1.0)
    if not effects:
        return np.zeros(len(share), np.int8)
    standing = np.select(
        [luck < 0.09, luck < 0.15, luck < 0.19], [Standing.WEAK, Standing.GEM, Standing.FADING], Standing.FINE
    )
    return standing.astype(np.int8)


def _range(rng: np.random.Generator, pairs: _Pairs, category: int, size: int) -> _Range:
    mine = np.flatnonzero(pairs.category == category).astype(np.int32)
    counts = np.maximum(1, np.rint(pairs.share[mine] * max(size, 60)).astype(np.int64))
    pair = np.repeat(mine, counts)
    rank = np.concatenate([rng.permutation(count) + 1 for count in counts])
    within = rank**-1.05
    within /= np.bincount(pair, within)[pair]
    popularity = pairs.share[pair] * pairs.seen[pair] * within
    popularity /= popularity.sum()
    price = _prices(rng, _centre(category), pairs.level[pair])
    tertile = (np.argsort(np.argsort(price, kind="stable")) * 3 // len(price)).astype(np.int8)
    pull = pairs.pull[pair] * np.array([1.2, 1.0, 0.8])[tertile]
    return _Range(pair, price, tertile, popularity, pull / (popularity * pull).sum())


def _centre(category: int) -> float:
    return float(PRICES[CATEGORIES[category]]) if category < len(CATEGORIES) else 40.0


def _prices(rng: np.random.Generator, centre: float, level: Reals) -> Ints:
    """Lognormal about the category's own centre, in minor units; most end in 90 or 99 hundredths."""
    whole = np.rint(np.exp(rng.normal(0, 0.5, len(level))) * level * centre) * 100
    ending = rng.choice(np.array([99, 90, 50, 0]), len(level), p=[0.4, 0.3, 0.1, 0.2])
    return np.asarray(np.maximum(whole.astype(np.int64), 100) + ending - 100 * (ending > 0))


def _average(value: Reals, pair: Codes, popularity: Reals, category: Codes) -> Reals:
    """A pair's value averaged over its category's views."""
    return summed(category, popularity * value[pair])
