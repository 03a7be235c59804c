"""A flood that grows so slowly that what is usual may grow with it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, swarm
from footfall.simulate.acts import told
from footfall.simulate.scene import Scene

TITLE = "Ramp against the baseline"
LABEL = "bot"
FLOOD = True
SECONDS = (3_600, 10_800)


def act(scene: Scene) -> pa.Table:
    """From a tenth of the store's own traffic to 8-25 times it, evenly in proportion; the last tenth stays there."""
    rng, machines = scene.rng, max(2, round(scene.between(400, 3_000)))
    peak, first = scene.load * scene.rate(8, 25), scene.load * scene.strength * 0.1
    shape = np.minimum(np.linspace(0, 1 / 0.9, max(2, round(scene.seconds))), 1.0)
    weights = first * (peak / first) ** shape
    time = pace.moments(rng, scene.start, scene.end, int(rng.poisson(weights.sum())), weights)
    awake = np.clip(np.ceil(machines * weights / peak), 1, machines).astype(np.int64)
    second = np.minimum((time - scene.start) // 1_000_000, len(awake) - 1)
    client = (rng.random(len(time)) * awake[second]).astype(np.int32)
    paths = swarm.queries(scene)
    done = swarm.storm(scene, time, client, paths)
    return told(scene, done, swarm.zombies(scene, addresses.homes(scene, machines), swarm.spoofed(scene)), paths)
