"""Bots wait for a scarce product and buy it faster than anybody can."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, tools
from footfall.simulate.acts import CART, CHECKOUT, IDENTIFY, PAGE, PURCHASE, VIEW, Acts, Clients, acts, told
from footfall.simulate.days import SECOND
from footfall.simulate.draws import Ints
from footfall.simulate.scene import Scene

TITLE = "Scalper"
LABEL = "bot"
SECONDS = (600, 2_400)
ORDER = (VIEW, CART, PAGE, IDENTIFY, PURCHASE)


def act(scene: Scene) -> pa.Table:
    """5-60 accounts in a few networks watch one product; when it is there, each orders it 1-5 times within seconds."""
    rng, accounts = scene.rng, max(2, scene.count(5, 60))
    product = int(scene.popular(1)[0])
    drop = scene.start + int(scene.seconds * SECOND * rng.uniform(0.3, 0.8))
    rounds = rng.integers(1, 6, accounts)
    gap, haste = scene.between(1.5, 20), scene.between(0.08, 0.5)
    first = drop + (rng.exponential(scene.between(0.5, 30), accounts) * SECOND).astype(np.int64)
    begun, who, _ = pace.walk(first, rounds, pace.uneven(rng, int(rounds.sum()), gap, 0.6) + 5 * SECOND)
    done = _orders(scene, begun, who, product, haste).join(_watch(scene, accounts, drop, product))
    blocks = int(scene.between(1, 6))
    ip = addresses.centre(scene, accounts, blocks) if scene.lucky(0.6) else addresses.homes(scene, accounts)
    agents = tools.copied(rng, accounts) if scene.lucky(0.5) else [tools.disguise(rng, 0.1)] * accounts
    return told(scene, done, Clients(ip, pa.array(agents), scene.keys(accounts)))


def _orders(scene: Scene, begun: Ints, who: Ints, product: int, haste: float) -> Acts:
    """Each order in five steps, ``haste`` seconds apart."""
    steps = np.full(len(begun), len(ORDER))
    time, order, nth = pace.walk(begun, steps, pace.uneven(scene.rng, int(steps.sum()), haste, 0.4))
    kind = np.array(ORDER)[nth]
    about = np.isin(kind, (VIEW, CART, PURCHASE))
    page = int(scene.product_page(np.array([product]))[0])
    return acts(
        time,
        who[order],
        kind,
        np.where(nth < 2, page, CHECKOUT),
        product=np.where(about, product, -1),
        account=np.where(nth >= 3, scene.keys(int(who.max()) + 1, 2)[who[order]], -1),
        order=np.where(kind == PURCHASE, scene.keys(len(begun), 1)[order], -1),
    )


def _watch(scene: Scene, accounts: int, drop: int, product: int) -> Acts:
    """Until it is there, the product's page every so often."""
    rng, mean = scene.rng, scene.between(5, 60)
    turns = max(1, round((drop - scene.start) / SECOND / mean))
    begun = scene.start + (rng.random(accounts) * mean * SECOND).astype(np.int64)
    time, who, _ = pace.walk(begun, np.full(accounts, turns), pace.jittered(rng, accounts * turns, mean))
    early = np.flatnonzero(time < drop)
    page = int(scene.product_page(np.array([product]))[0])
    return acts(time[early], who[early], VIEW, page, product=product)
