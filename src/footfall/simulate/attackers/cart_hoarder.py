"""Bots put goods in carts and hold them, so that nobody else can buy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, tools
from footfall.simulate.acts import BASKET, CART, PAGE, VIEW, Clients, acts, told
from footfall.simulate.scene import Scene

TITLE = "Cart hoarder"
LABEL = "bot"
SECONDS = (1_200, 5_400)


def act(scene: Scene) -> pa.Table:
    """1-25 bots with 15-90 adds of 1-12 wanted products, one every 2-25 seconds; the cart is opened now and then."""
    rng, bots = scene.rng, scene.count(1, 25)
    wanted = np.unique(scene.popular(int(scene.between(1, 12))))
    adds, mean = scene.between(15, 90), scene.between(2, 25)
    sessions = bots * max(1, round(scene.seconds / (adds * mean * 1.5)))
    steps = np.maximum(4, rng.poisson(adds * 1.3, sessions))
    begun = pace.moments(rng, scene.start, scene.end, sessions)
    begun[:bots] = scene.start + rng.integers(0, 60_000_000, bots)
    time, who, nth = pace.walk(begun, steps, pace.jittered(rng, int(steps.sum()), mean))
    what = np.where(nth == 0, 0, scene.chosen(len(who), [0.15, 0.77, 0.08]))
    product = wanted[rng.integers(0, len(wanted), len(who))]
    kind = np.array([VIEW, CART, PAGE])[what]
    path = np.where(what == 2, BASKET, scene.product_page(product))
    done = acts(time, who, kind, path, product=np.where(what == 2, -1, product))
    machine = np.arange(sessions) % bots
    ip = addresses.homes(scene, bots) if scene.lucky(0.6) else addresses.centre(scene, bots, 2)
    agent = pa.array(tools.copied(rng, bots) if scene.lucky(0.6) else [tools.disguise(rng, 0.2)] * bots)
    clients = Clients(ip.take(pa.array(machine)), agent.take(pa.array(machine)), scene.keys(sessions))
    return told(scene, done, clients)
