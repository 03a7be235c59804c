"""A scraper on one address that says it is another browser at every request."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, crawl, pace, tools
from footfall.simulate.acts import Clients, told
from footfall.simulate.scene import Scene

TITLE = "Agent switcher"
LABEL = "bot"
SECONDS = (900, 3_600)


def act(scene: Scene) -> pa.Table:
    """A page every 1-6 seconds, an agent from a list of 12-60 for each; the cookies stay, for 5-80 pages."""
    rng, mean, menu = scene.rng, scene.between(1, 6) / scene.strength, int(scene.between(12, 60))
    turns = round(scene.seconds / mean) + 2
    gaps = pace.jittered(rng, turns, mean)
    time, _, nth = pace.walk(np.array([scene.start]), np.array([turns]), gaps)
    way = crawl.by_category(scene)
    pages = int(scene.between(5, 80))
    jars = np.repeat(scene.keys(turns // pages + 1), menu)
    agent = pa.array(tools.stale(rng, menu) * (len(jars) // menu))
    clients = Clients(addresses.centre(scene, 1).take(pa.array(np.zeros(len(jars), np.int64))), agent, jars)
    client = nth // pages * menu + rng.integers(0, menu, turns)
    return told(scene, way.acts(time, client), clients, way.paths)
