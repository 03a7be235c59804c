"""A client that got stuck sends one cart row 78 times within a second."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import Crowd, channels, enacted, shopping, visitors
from footfall.simulate.days import SECOND
from footfall.simulate.draws import Ints
from footfall.simulate.scene import Scene
from footfall.simulate.visits import CART

TITLE = "The 78-row cart"
LABEL = "person"
SECONDS = (2_400, 5_400)
COPIES = 78


def act(scene: Scene) -> pa.Table:
    """1-6 people with a cart; the first row of each is there 78 times, each time with an id of its own."""
    rng, count = scene.rng, scene.count(1, 6)
    start = pace.moments(rng, scene.start, scene.before_end(1_800), count)
    sessions = visitors(scene, start, new=0.3, channel=channels(scene, count))
    crowd = enacted(scene, shopping(scene, sessions, pull=np.inf)[1])
    stuck = _first_carts(crowd)
    again = np.repeat(stuck, COPIES - 1)
    nth = np.arange(len(again)) % (COPIES - 1) + 1
    every = crowd.take(np.concatenate([np.arange(len(crowd.step)), again]))
    time = every.rows.time.copy()
    rest = SECOND - 1 - crowd.rows.time[again] % SECOND
    time[len(crowd.step) :] += rest * nth // COPIES
    return every.at(time).numbered(scene).told(scene)


def _first_carts(crowd: Crowd) -> Ints:
    """The first cart row of each visit that has one."""
    rows = np.flatnonzero(crowd.rows.kind == CART)
    return rows[np.unique(crowd.rows.session[rows], return_index=True)[1]]
