"""A scraper sends each request through another address of a pool, and never changes its agent."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, crawl, pace, tools
from footfall.simulate.acts import Clients, told
from footfall.simulate.scene import Scene

TITLE = "Scraper, rotating address"
LABEL = "bot"
SECONDS = (900, 5_400)


def act(scene: Scene) -> pa.Table:
    """40-800 addresses of a data centre, of homes or of one IPv6 prefix; 0.6-6 pages a second together; no cookies."""
    rng, pool = scene.rng, max(2, round(scene.between(40, 800)))
    workers, rate = int(scene.between(2, 24)), scene.rate(0.6, 6)
    time, _ = pace.loops(rng, scene.start, scene.end, workers, workers / rate, 0.5)
    way = crawl.by_category(scene) if scene.lucky(0.7) else crawl.by_product(scene, 20_000)
    kind = int(scene.chosen(1, [0.45, 0.4, 0.15])[0])
    ip = (
        addresses.centre(scene, pool, int(scene.between(2, 12)))
        if kind == 0
        else addresses.homes(scene, pool)
        if kind == 1
        else addresses.prefix(scene, pool)
    )
    turn = np.arange(len(time)) % pool if scene.lucky(0.5) else rng.integers(0, pool, len(time))
    status = np.where(rng.random(len(time)) < scene.between(0.001, 0.04), rng.choice([403, 404, 429]), 200)
    clients = Clients(ip, pa.array([tools.disguise(rng, 0.25)] * pool), np.full(pool, -1))
    return told(scene, way.acts(time, turn, status), clients, way.paths)
