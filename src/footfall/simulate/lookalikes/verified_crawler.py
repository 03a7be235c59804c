"""A search engine's crawler walks the catalogue, from addresses that it publishes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import crawl, crawlers, pace
from footfall.simulate.acts import Clients, told
from footfall.simulate.scene import Scene

TITLE = "Verified crawler"
LABEL = "bot"
SECONDS = (3_600, 10_800)


def act(scene: Scene) -> pa.Table:
    """A page every 0.3-4 seconds over 2-40 published addresses, no cookies."""
    rng = scene.rng
    owner = str(rng.choice(np.array(sorted(crawlers.AGENTS))))
    ip = crawlers.published(rng, owner, int(scene.between(2, 40)))
    mean, way = scene.between(0.3, 4) / scene.strength, crawl.by_category(scene)
    time, _ = pace.loops(rng, scene.start, scene.end, 4, mean * 4, 0.5)
    clients = Clients(ip, pa.array([crawlers.AGENTS[owner]] * len(ip)), np.full(len(ip), -1))
    return told(scene, way.acts(time, rng.integers(0, len(ip), len(time))), clients, way.paths)
