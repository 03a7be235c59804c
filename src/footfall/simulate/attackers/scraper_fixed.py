"""A scraper on one rented machine walks the catalogue."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, crawl, pace, tools
from footfall.simulate.acts import Clients, told
from footfall.simulate.scene import Scene

TITLE = "Scraper on a fixed address"
LABEL = "bot"
SECONDS = (900, 5_400)


def act(scene: Scene) -> pa.Table:
    """One to four workers with 0.3-4 seconds between pages; some keep cookies, each worker its own or all the same."""
    rng, workers = scene.rng, scene.count(1, 5)
    mean, way = scene.between(0.3, 4), crawl.by_category(scene)
    turns = round(scene.seconds / mean) + 1
    begun = scene.start + (rng.random(workers) * 5e6).astype(np.int64)
    time, worker, _ = pace.walk(begun, np.full(workers, turns), pace.jittered(rng, workers * turns, mean))
    order = np.argsort(time, kind="stable")
    status = np.where(rng.random(len(time)) < scene.between(0.001, 0.05), rng.choice([404, 429]), 200)
    jar = scene.keys(workers) if scene.lucky(0.4) else np.full(workers, scene.keys(1)[0])
    jar = jar if scene.lucky(0.6) else np.full(workers, -1)
    ip = addresses.centre(scene, 1).take(pa.array([0] * workers))
    clients = Clients(ip, pa.array([tools.disguise(rng, 0.45)] * workers), jar)
    return told(scene, way.acts(time[order], worker[order], status[order]), clients, way.paths)
