"""A browser restores the twelve tabs of yesterday at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import channels, enacted, shopping, visitors
from footfall.simulate.days import SECOND
from footfall.simulate.scene import Scene
from footfall.simulate.visits import VIEW

TITLE = "Restored tabs"
LABEL = "person"
SECONDS = (1_800, 5_400)
TABS = 12


def act(scene: Scene) -> pa.Table:
    """2-15 people whose visit begins with 12 views within 2 seconds; then they go on as usual."""
    rng, count = scene.rng, scene.count(2, 15)
    start = pace.moments(rng, scene.start, scene.before_end(1_500), count)
    sessions = visitors(scene, start, new=0.1, channel=channels(scene, count))
    crowd = enacted(scene, shopping(scene, sessions, pull=2, looks=TABS + rng.geometric(0.25, count))[1])
    looks = np.cumsum(crowd.rows.kind == VIEW)
    first = np.flatnonzero(np.diff(crowd.rows.session, prepend=-1))
    visit = crowd.rows.session
    before = (looks - (crowd.rows.kind == VIEW))[first]
    tab = looks - before[visit]
    restored = tab <= TABS
    pause = np.diff(crowd.rows.time, prepend=crowd.rows.time[:1])
    pause[restored] = rng.integers(20_000, 2 * SECOND // TABS, int(restored.sum()))
    time, _, _ = pace.walk(start, np.bincount(visit, minlength=count), pause)
    return crowd.at(time).told(scene)
