"""Real browsers without a screen that pause, wander and leave as people do."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, tools
from footfall.simulate.acts import FRONT, PAGE, VIEW, Clients, acts, told
from footfall.simulate.scene import Scene

TITLE = "Headless browser with human timing"
LABEL = "bot"
APART = True
SECONDS = (2_400, 7_200)


def act(scene: Scene) -> pa.Table:
    """5-40 home addresses, sessions of 6-45 pages with human pauses, agents of current browsers, referrers."""
    rng, browsers = scene.rng, scene.count(5, 40)
    mean, median = scene.between(6, 45), scene.between(6, 16)
    sessions = max(1, round(scene.seconds / (mean * median * 1.6) * min(browsers, 25 * scene.strength)))
    begun = pace.moments(rng, scene.start, scene.end, sessions)
    pages = 1 + rng.poisson(mean, sessions)
    time, who, nth = pace.walk(begun, pages, pace.human(rng, int(pages.sum()), median, 0.8))
    category = rng.permutation(len(scene.catalogue.category_id))[np.arange(sessions) % len(scene.catalogue.category_id)]
    first, size = scene.catalogue.first[category], np.diff(scene.catalogue.first)[category]
    product = (first[who] + rng.integers(0, 1 << 20, len(who)) % size[who]).astype(np.int32)
    page = (nth == 0) | (rng.random(len(who)) < 0.12)
    path = np.where(nth == 0, FRONT, np.where(page, scene.listing(category[who]), scene.product_page(product)))
    done = acts(time, who, np.where(page, PAGE, VIEW), path, product=np.where(page, -1, product))
    machine = rng.integers(0, browsers, sessions)
    ip = addresses.homes(scene, browsers).take(pa.array(machine))
    agent = pa.array(tools.copied(rng, browsers)).take(pa.array(machine))
    referrer = pa.array(["https://www.google.com/", None], pa.string()).take(pa.array(rng.integers(0, 2, sessions)))
    return told(scene, done, Clients(ip, agent, scene.keys(sessions), referrer))
