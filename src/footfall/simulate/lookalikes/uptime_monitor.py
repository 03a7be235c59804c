"""Monitors ask for the same pages every minute, from addresses that they publish."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import crawlers
from footfall.simulate.acts import FRONT, PAGE, VIEW, Acts, Clients, acts, told
from footfall.simulate.days import SECOND
from footfall.simulate.scene import Scene

TITLE = "Uptime monitor"
LABEL = "bot"
SECONDS = (5_400, 14_400)


def act(scene: Scene) -> pa.Table:
    """Every 15-60 seconds the front page and a product, in turn from 3-20 places; some of it at the very second."""
    rng = scene.rng
    owner = str(rng.choice(np.array(sorted(crawlers.MONITORS))))
    ip = crawlers.published(rng, owner, int(scene.between(3, 20)))
    every = int(rng.choice([15, 30, 60]) * SECOND)
    beat = np.arange(scene.start, scene.end - 2 * SECOND, every)
    time = beat + (rng.random(len(beat)) * 0.4 * SECOND).astype(np.int64)
    place = np.arange(len(beat)) % len(ip)
    product = int(scene.popular(1)[0])
    page = int(scene.product_page(np.array([product]))[0])
    front: Acts = acts(time, place, PAGE, FRONT)
    shown = acts(time + SECOND, place, VIEW, page, product=product)
    clients = Clients(ip, pa.array([crawlers.MONITORS[owner]] * len(ip)), np.full(len(ip), -1))
    return told(scene, front.join(shown), clients)
