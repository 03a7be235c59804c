"""The way through a catalogue that scrapers take: listing after listing, product after product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.simulate.acts import PAGE, VIEW, Acts, acts
from footfall.simulate.draws import Codes, Ints, Small
from footfall.simulate.scene import Scene

LISTED = 24
"""Products that a listing shows on one page."""


@dataclass(frozen=True, slots=True)
class Itinerary:
    """Pages in the order in which they are fetched, n of them.

    Attributes:
        kind: index into the event types.
        product: index into the catalogue, -1 on listings.
        path: index into the store's paths, then into ``paths``.
        paths: those of listings beyond the first page.
    """

    kind: Small
    product: Codes
    path: Codes
    paths: tuple[str, ...]

    def acts(self, time: Ints, client: Ints | int, status: Ints | int = 200) -> Acts:
        """Fetches the pages one after another, from the first again after the last."""
        place = np.arange(len(time)) % len(self.kind)
        return acts(time, client, self.kind[place], self.path[place], product=self.product[place], status=status)


def by_category(scene: Scene) -> Itinerary:
    """Categories in turn from anywhere on; of each, listing pages and then the products they show."""
    catalogue, rng = scene.catalogue, scene.rng
    categories = np.roll(np.arange(len(catalogue.category_id)), int(rng.integers(0, 1 << 16)))
    if scene.lucky(0.4):
        categories = rng.permutation(categories)
    bound = int(rng.integers(0, 3))
    parts, paths = [], list[str]()
    for category in categories.tolist():
        mine = np.arange(catalogue.first[category], catalogue.first[category + 1], dtype=np.int32)
        mine = (mine, mine[np.argsort(-catalogue.popularity[mine])], rng.permutation(mine))[bound]
        pages = -(-len(mine) // LISTED)
        first = scene.words.path[int(scene.listing(np.array([category]))[0])].as_py()
        listing = len(scene.words.path) + len(paths) + np.arange(pages)
        paths += [f"{first}?page={page + 1}" for page in range(pages)]
        parts.append(_interleaved(scene, mine, listing))
    product, path = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
    return Itinerary(np.where(product < 0, PAGE, VIEW).astype(np.int8), product, path, tuple(paths))


def by_product(scene: Scene, count: int) -> Itinerary:
    """A list of products, as a sitemap gives it: by id, from anywhere on; or as somebody once noted them."""
    catalogue, rng = scene.catalogue, scene.rng
    by_id = np.argsort(catalogue.product_id).astype(np.int32)
    noted = rng.permutation(by_id) if scene.lucky(0.5) else np.roll(by_id, int(rng.integers(0, len(by_id))))
    product = noted[:count]
    return Itinerary(np.full(len(product), VIEW, np.int8), product, scene.product_page(product), ())


def _interleaved(scene: Scene, products: Codes, listing: Ints) -> tuple[Codes, Codes]:
    """A page of a listing before each of its products; -1 stands for the listing."""
    places = np.arange(len(listing)) * LISTED
    product = np.insert(products, places, -1).astype(np.int32)
    path = np.insert(scene.product_page(products), places, listing).astype(np.int32)
    return product, path
