"""A few people look at forty products in ten minutes, and choose."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import channels, enacted, shopping, visitors
from footfall.simulate.scene import Scene
from footfall.simulate.visits import Step

TITLE = "Power shopper"
LABEL = "person"
SECONDS = (1_500, 3_600)


def act(scene: Scene) -> pa.Table:
    """3-12 people, 36-46 views in about ten minutes each; pauses as uneven as people's are."""
    rng, count = scene.rng, scene.count(3, 12)
    start = pace.moments(rng, scene.start, scene.before_end(1_000), count)
    looks = rng.integers(36, 47, count)
    sessions = visitors(scene, start, new=0.2, channel=channels(scene, count))
    people = enacted(scene, shopping(scene, sessions, pull=3, looks=looks)[1])
    pause = pace.human(rng, len(people.step), 11, 0.75)
    pause[people.step == Step.BUY] = 0
    per_session = np.bincount(people.rows.session, minlength=count)
    time, _, _ = pace.walk(start, per_session, pause)
    return people.at(time).told(scene)
