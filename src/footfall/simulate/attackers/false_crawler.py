"""A scraper that claims to be a search engine."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, crawl, pace
from footfall.simulate.acts import Clients, told
from footfall.simulate.crawlers import AGENTS
from footfall.simulate.scene import Scene

TITLE = "False crawler"
LABEL = "bot"
SECONDS = (900, 5_400)


def act(scene: Scene) -> pa.Table:
    """One to twelve rented addresses, a page every 0.4-5 seconds together, no cookies."""
    rng, machines = scene.rng, scene.count(1, 12)
    mean, way = scene.between(0.4, 5) / scene.strength, crawl.by_category(scene)
    time, _ = pace.loops(rng, scene.start, scene.end, machines, machines * mean, 0.4)
    agent = AGENTS[str(rng.choice(np.array(sorted(AGENTS))))]
    clients = Clients(addresses.centre(scene, machines), pa.array([agent] * machines), np.full(machines, -1))
    client = rng.integers(0, machines, len(time))
    return told(scene, way.acts(time, client), clients, way.paths)
