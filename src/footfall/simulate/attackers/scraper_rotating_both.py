"""A scraper that takes a new address, a new agent and empty cookies every few pages."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, crawl, pace, tools
from footfall.simulate.acts import Clients, told
from footfall.simulate.draws import Ints
from footfall.simulate.scene import Scene

TITLE = "Scraper, rotating address and agent"
LABEL = "bot"
SECONDS = (1_200, 5_400)


def act(scene: Scene) -> pa.Table:
    """200-3,000 home addresses; an identity lasts 1-25 pages; 0.6-5 pages a second together."""
    rng, workers, rate = scene.rng, int(scene.between(2, 20)), scene.rate(0.6, 5)
    time, worker = pace.loops(rng, scene.start, scene.end, workers, workers / rate, 0.6)
    way = crawl.by_category(scene) if scene.lucky(0.6) else crawl.by_product(scene, 20_000)
    identity = _identities(scene, worker, workers, scene.between(1, 12))
    count = int(identity.max()) + 1
    pool = addresses.homes(scene, int(scene.between(200, 3_000)))
    ip = pool.take(pa.array(rng.integers(0, len(pool), count)))
    agent = tools.stale(rng, count) if scene.lucky(0.5) else tools.copied(rng, count)
    jar = scene.keys(count) if scene.lucky(0.65) else np.full(count, -1)
    referrer = "https://www.google.com/" if scene.lucky(0.3) else None
    clients = Clients(ip, pa.array(agent), jar, referrer)
    return told(scene, way.acts(time, identity), clients, way.paths)


def _identities(scene: Scene, worker: Ints, workers: int, pages: float) -> Ints:
    """Numbers of the identities: each worker changes its own after a few pages, ``pages`` on average."""
    changes = scene.rng.random(len(worker)) < 1 / pages
    own = np.zeros(len(worker), np.int64)
    for each in range(workers):
        mine = np.flatnonzero(worker == each)
        own[mine] = np.cumsum(changes[mine])
    return np.asarray(np.unique(own * workers + worker, return_inverse=True)[1])
