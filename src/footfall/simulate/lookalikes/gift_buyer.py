"""Somebody buys for everybody: twenty-five things in the cart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace, people
from footfall.simulate.acts import BASKET, CART, CHECKOUT, PAGE, PURCHASE, VIEW, Clients, acts, told
from footfall.simulate.days import SECOND
from footfall.simulate.scene import Scene
from footfall.simulate.tools import copied

TITLE = "Gift buyer"
LABEL = "person"
SECONDS = (2_700, 5_400)


def act(scene: Scene) -> pa.Table:
    """2-8 people put 22-28 things in the cart within 15-40 minutes; two in three buy them, the others think it over."""
    rng, count = scene.rng, scene.count(2, 8)
    start = pace.moments(rng, scene.start, scene.before_end(2_400), count)
    things = rng.integers(22, 29, count)
    time, who, nth = pace.walk(start, things * 2 + 2, pace.human(rng, int((things * 2 + 2).sum()), 13, 0.8))
    product = np.repeat(scene.popular(int(things.sum())), 2)
    looking = nth < 2 * things[who]
    aim = np.full(len(who), -1)
    aim[looking] = product
    kind = np.where(looking, np.where(nth % 2 == 0, VIEW, CART), PAGE)
    path = np.where(looking, scene.product_page(aim), np.where(nth == 2 * things[who], BASKET, CHECKOUT))
    done = acts(time, who, kind, path, product=aim)
    buys = rng.random(count) < 0.67
    ordered = done.take(np.flatnonzero((kind == CART) & buys[who]))
    paid = np.maximum.reduceat(time, np.flatnonzero(nth == 0)) + 20 * SECOND
    bought = acts(
        paid[ordered.client],
        ordered.client,
        PURCHASE,
        CHECKOUT,
        product=ordered.product,
        order=scene.keys(count)[ordered.client],
    )
    device = people.guest(scene.store, scene.keys(count)) * 2
    ip = people.address_texts(people.addresses(scene.store, device))
    return told(scene, done.join(bought), Clients(ip, pa.array(copied(rng, count)), scene.keys(count)))
