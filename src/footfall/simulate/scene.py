"""Where a profile acts: the store, its range, the time it has, its own draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.simulate.catalogue import SHELF, Catalogue
from footfall.simulate.days import HOUR, SECOND, WEEK_HOURS
from footfall.simulate.draws import Codes, Ints, Reals, generator, mixed, quota
from footfall.simulate.setting import Store
from footfall.simulate.tables import Words, store_words
from footfall.simulate.visits import PAGES
from footfall.simulate.world import World, world

VISITORS_EVENTS = 6.1
"""Events a visitor makes on a day, about."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a profile may know: the shop as anybody can see it, and its own plans.

    Attributes:
        world: the store.
        words: its texts.
        rng: for its draws.
        start: when it begins, UTC microseconds.
        end: when it is over; what it does later is left out.
        strength: how many hands or how much speed it has, against what it would draw.
        slot: a number below 2 to the power 24 that sets its sessions and people apart from others'.
        lane: a number below 64, another for each kind, that sets its addresses apart from others'.
    """

    world: World
    words: Words
    rng: np.random.Generator
    start: int
    end: int
    strength: float
    slot: int
    lane: int

    @property
    def store(self) -> Store:
        """What is simulated."""
        return self.world.store

    @property
    def catalogue(self) -> Catalogue:
        """What the store sells."""
        return self.world.catalogue

    @property
    def seconds(self) -> float:
        """How long it has."""
        return (self.end - self.start) / SECOND

    @property
    def load(self) -> float:
        """The store's events a second, on average."""
        return self.store.visitors * VISITORS_EVENTS / 86_400

    def hour_of_week(self) -> int:
        """In which it begins."""
        first = self.world.days[0]
        return int(first.hour_of_week[0] + (self.start - first.start) // HOUR) % WEEK_HOURS

    def visits(self) -> Reals:
        """Visits an hour of each category when it begins."""
        return self.world.interest.ordinary[:, self.hour_of_week()]

    def before_end(self, seconds: float) -> int:
        """So many seconds before the end, to begin what takes as long; in a short scene a quarter of it at least."""
        return max(self.end - round(seconds * SECOND), self.start + (self.end - self.start) // 4)

    def between(self, low: float, high: float) -> float:
        """A number in [low, high), small ones as likely as large ones in proportion."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def count(self, low: float, high: float) -> int:
        """The same as a whole number, 1 or more, times the strength."""
        return max(1, round(self.between(low, high) * self.strength))

    def rate(self, low: float, high: float) -> float:
        """The same as a rate, times the strength."""
        return self.between(low, high) * self.strength

    def lucky(self, share: float) -> bool:
        """True with probability ``share``."""
        return bool(self.rng.random() < share)

    def keys(self, count: int, block: int = 0) -> Ints:
        """Numbers of its own, for sessions, people or orders: below 2 to the power 47; 4 blocks of a million."""
        return (1 << 46) + (self.slot << 22) + (block << 20) + np.arange(count)

    def numbers(self, count: int) -> Ints:
        """Numbers for its events."""
        return (1 << 62) + (self.slot << 36) + np.arange(count)

    def listing(self, category: npt.NDArray[np.integer]) -> Codes:
        """The paths of categories."""
        return (len(PAGES) + category).astype(np.int32)

    def product_page(self, product: npt.NDArray[np.integer]) -> Codes:
        """The paths of products."""
        return (len(PAGES) + len(self.catalogue.category_id) + product).astype(np.int32)

    def popular(self, count: int) -> Codes:
        """Products as visitors of the hour would look at them; they repeat."""
        category = quota(self.visits(), 1 << 12)[self.rng.integers(0, 1 << 12, count)]
        place = category * SHELF + self.rng.integers(0, SHELF, count)
        return np.asarray(self.shelf().ravel()[place])

    def shelf(self) -> Codes:
        """Products by popularity, (categories, SHELF)."""
        return self.world.shelf(0)

    def chosen(self, count: int, weights: Sequence[float] | Reals) -> Ints:
        """Indices by weight."""
        weight = np.asarray(weights, float)
        return self.rng.choice(len(weight), count, p=weight / weight.sum()).astype(np.int64)


def scene(store: Store, lane: int, seed: int, start: int, end: int, strength: float) -> Scene:
    """The scene of one profile; the same for the same arguments, in any process."""
    ground, words = _ground(replace(store, processes=1))
    slot = int(mixed(np.array([(seed << 32) + lane], np.uint64))[0] >> np.uint64(40))
    return Scene(ground, words, generator(seed, 20, lane), start, end, strength, slot, lane)


@lru_cache(2)
def _ground(store: Store) -> tuple[World, Words]:
    ground = world(store)
    return ground, store_words(ground)
