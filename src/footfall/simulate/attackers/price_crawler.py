"""A competitor's crawler looks up a list of prices, again and again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, crawl, pace, tools
from footfall.simulate.acts import Clients, told
from footfall.simulate.scene import Scene

TITLE = "Price crawler"
LABEL = "bot"
SECONDS = (2_400, 9_000)


def act(scene: Scene) -> pa.Table:
    """One to eight addresses of one data centre; a product every 1-8 seconds from each, at an even pace."""
    rng, machines = scene.rng, scene.count(1, 8)
    mean, way = scene.between(1, 8), crawl.by_product(scene, int(scene.between(150, 4_000)))
    turns = round(scene.seconds / mean) + 2
    begun = scene.start + (rng.random(machines) * mean * 1e6).astype(np.int64)
    time, machine, _ = pace.walk(begun, np.full(machines, turns), pace.uneven(rng, machines * turns, mean, 0.12))
    order = np.argsort(time, kind="stable")
    jar = scene.keys(machines) if scene.lucky(0.5) else np.full(machines, -1)
    agents = [tools.disguise(rng, 0.15)] * machines if scene.lucky(0.6) else tools.copied(rng, machines)
    clients = Clients(addresses.centre(scene, machines), pa.array(agents), jar)
    return told(scene, way.acts(time[order], machine[order]), clients, way.paths)
