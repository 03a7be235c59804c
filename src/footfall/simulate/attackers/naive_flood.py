"""One machine asks for a page or two as fast as it can get them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, tools
from footfall.simulate.acts import FRONT, PAGE, VIEW, Clients, acts, told
from footfall.simulate.scene import Scene

TITLE = "Naive flood"
LABEL = "bot"
FLOOD = True
SECONDS = (90, 600)


def act(scene: Scene) -> pa.Table:
    """A load tool in a loop: 15-250 requests a second; the shop sometimes answers that it is busy."""
    rng, rate = scene.rng, scene.rate(15, 250)
    workers = int(rng.choice([2, 8, 16, 50, 100]))
    time, _ = pace.loops(rng, scene.start, scene.end, workers, workers / rate, 0.45)
    agent = str(rng.choice(np.array(tools.LOADERS))) if scene.lucky(0.6) else tools.disguise(rng, 0.2)
    client = Clients(addresses.centre(scene, 1), pa.array([agent]), np.array([-1]))
    busy = np.where(rng.random(len(time)) < rng.choice([0.0, 0.05, 0.4]), rng.choice([429, 503]), 200)
    aim = rng.random()
    if aim < 0.4:
        return told(scene, acts(time, 0, PAGE, FRONT, status=busy), client)
    if aim < 0.75:
        product = scene.popular(3)[scene.chosen(len(time), [8, 1, 1])]
        return told(scene, acts(time, 0, VIEW, scene.product_page(product), product=product, status=busy), client)
    queries = [f"/search?q={word:06x}" for word in rng.integers(0, 1 << 24, 500).tolist()]
    path = len(scene.words.path) + rng.integers(0, len(queries), len(time))
    return told(scene, acts(time, 0, PAGE, path, status=busy), client, queries)
