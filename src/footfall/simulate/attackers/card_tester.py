"""Stolen card numbers are tried on a cheap product, one after another."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, tools
from footfall.simulate.acts import CART, CHECKOUT, PAGE, PAYMENT_FAILED, PURCHASE, VIEW, Clients, acts, told
from footfall.simulate.scene import Scene

TITLE = "Card tester"
LABEL = "bot"
SECONDS = (600, 3_600)
STEPS = (VIEW, CART, PAGE)
"""What comes before the first card of a session."""


def act(scene: Scene) -> pa.Table:
    """1-40 addresses, a guest's session for every 2-25 cards, a card every 1.5-20 seconds; 1-7 in 100 are good."""
    rng, lines = scene.rng, scene.count(1, 40)
    cards, mean = scene.between(2, 25), scene.between(1.5, 20)
    workers = scene.count(1, min(8, lines) + 0.01)
    sessions = max(1, round(scene.seconds / ((cards + 3) * mean) * workers))
    steps = len(STEPS) + 1 + rng.poisson(cards, sessions)
    begun = pace.moments(rng, scene.start, scene.end, sessions)
    begun[0] = scene.start
    time, who, nth = pace.walk(begun, steps, pace.uneven(rng, int(steps.sum()), mean, 0.5))
    good = (nth >= len(STEPS)) & (rng.random(len(who)) < scene.between(0.01, 0.07))
    after = np.minimum(nth, len(STEPS))
    kind = np.where(good, PURCHASE, np.array([*STEPS, PAYMENT_FAILED])[after])
    cheap = np.argsort(scene.catalogue.price)[: int(scene.between(1, 30))].astype(np.int32)
    product = cheap[rng.integers(0, len(cheap), sessions)][who]
    path = np.where(after < 2, scene.product_page(product), CHECKOUT)
    bare = kind == PAGE
    done = acts(
        time,
        who,
        kind,
        path,
        product=np.where(bare | (kind == PAYMENT_FAILED), -1, product),
        status=np.where(kind == PAYMENT_FAILED, 402, 200),
        order=np.where(good, scene.keys(len(who), 1), -1),
    )
    ip = addresses.homes(scene, lines) if scene.lucky(0.6) else addresses.centre(scene, lines, int(scene.between(1, 4)))
    agent = pa.array([tools.disguise(rng, 0.2)] * lines if scene.lucky(0.6) else tools.stale(rng, lines))
    line = pa.array(rng.integers(0, lines, sessions))
    return told(scene, done, Clients(ip.take(line), agent.take(line), scene.keys(sessions)))
