"""A night in which next to nobody comes: a few people are all the traffic there is."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.acts import CHECKOUT, PAYMENT_FAILED
from footfall.simulate.crowd import channels, crowd, visitors
from footfall.simulate.days import SECOND
from footfall.simulate.mishaps import mishaps
from footfall.simulate.scene import Scene

TITLE = "Quiet night"
LABEL = "person"
SECONDS = (3_600, 9_000)
HOURS = (1, 4)


def act(scene: Scene) -> pa.Table:
    """4-15 people in hours, two or three of them at the same moment; one has a card that fails thrice."""
    rng, count = scene.rng, scene.count(4, 15)
    start = pace.moments(rng, scene.start, scene.before_end(1_800), count)
    start[1 : 1 + count // 4] = start[0] + rng.integers(0, 5 * SECOND, count // 4)
    people = crowd(scene, start, new=0.3, channel=channels(scene, count), pull=1.5).told(scene)
    unlucky = visitors(scene, np.array([int(start[-1])]), new=0, block=1)
    tries = mishaps(scene, unlucky, np.array([3]), PAYMENT_FAILED, 402, CHECKOUT)
    return pa.concat_tables([people, tries]).unify_dictionaries()
