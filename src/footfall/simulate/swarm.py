"""Many machines under one command: their addresses, their agents, what they ask for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from footfall.simulate import tools
from footfall.simulate.acts import FRONT, PAGE, Acts, Clients, acts, views
from footfall.simulate.draws import Codes, Ints
from footfall.simulate.scene import Scene

WORDS = ("shoes", "sale", "tv", "phone", "laptop", "a", "red", "gift", "bag", "drill", "sofa", "kids", "iron", "bike")


def zombies(scene: Scene, ip: pa.Array, referrers: Sequence[str | None] = (None,)) -> Clients:
    """Machines that keep no cookies; they choose their agents from one list, as long or short as its author made it."""
    rng, count = scene.rng, len(ip)
    size = int(scene.between(3, 120))
    menu = tools.copied(rng, size) if scene.lucky(0.6) else tools.stale(rng, size)
    agent = pa.array(menu).take(pa.array(rng.integers(0, size, count)))
    referrer = pa.array(list(referrers), pa.string()).take(pa.array(rng.integers(0, len(referrers), count)))
    return Clients(ip, agent, np.full(count, -1), referrer)


def spoofed(scene: Scene) -> tuple[str | None, ...]:
    """What a flood says about where it came from: mostly nothing."""
    choices = (None,), (None, "https://www.google.com/", "https://www.bing.com/"), ("https://www.google.com/",)
    return choices[int(scene.chosen(1, [0.6, 0.25, 0.15])[0])]


def queries(scene: Scene) -> list[str]:
    """Searches that no cache knows."""
    numbers = scene.rng.integers(0, 1 << 20, 2_000).tolist()
    return [f"/search?q={WORDS[number % len(WORDS)]}&r={number}" for number in numbers]


def storm(scene: Scene, time: Ints, client: Codes, paths: Sequence[str]) -> Acts:
    """Requests of a flood: in a mix drawn once, the front page, searches, listings, products."""
    rng, n = scene.rng, len(time)
    mix = rng.dirichlet([0.6, 0.6, 0.4, 1.0])
    what = scene.chosen(n, mix)
    busy = np.where(rng.random(n) < scene.between(0.002, 0.2), rng.choice([429, 503]), 200)
    menu = scene.popular(int(scene.between(1, 3_000)))
    product = menu[rng.integers(0, len(menu), n)]
    listing = scene.listing(rng.integers(0, len(scene.catalogue.category_id), n))
    search = len(scene.words.path) + rng.integers(0, len(paths), n)
    path = np.select([what == 0, what == 1], [np.full(n, FRONT), search], listing)
    page, look = np.flatnonzero(what < 3), np.flatnonzero(what == 3)
    pages = acts(time[page], client[page], PAGE, path[page], status=busy[page])
    return pages.join(views(scene, time[look], client[look], product[look], busy[look]))


def uneven(scene: Scene, clients: int, count: int) -> Codes:
    """Which machine makes each request: some have more bandwidth than others, but each has its turn."""
    speed = np.cumsum(scene.rng.lognormal(0, 0.6, clients))
    place = np.searchsorted(speed, scene.rng.random(max(0, count - clients)) * speed[-1])
    every = np.concatenate([np.arange(clients), np.minimum(place, clients - 1)])
    return scene.rng.permutation(every)[:count].astype(np.int32)
