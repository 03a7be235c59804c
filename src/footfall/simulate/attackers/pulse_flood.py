"""A swarm strikes for seconds, falls silent, and strikes again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, swarm
from footfall.simulate.acts import told
from footfall.simulate.days import SECOND
from footfall.simulate.scene import Scene

TITLE = "Pulse flood"
LABEL = "bot"
FLOOD = True
SECONDS = (480, 1_500)


def act(scene: Scene) -> pa.Table:
    """Bursts of 4-18 seconds, 40-160 seconds apart, at 60-300 requests a second from 150-1,200 machines."""
    rng, machines = scene.rng, max(2, round(scene.between(150, 1_200)))
    length, period = scene.between(4, 18), scene.between(40, 160)
    rate = scene.rate(60, 300) + 6 * scene.load * scene.strength
    begin = np.arange(0, scene.seconds, period)
    begin += np.where(begin > 0, rng.normal(0, period * 0.06, len(begin)), 0)
    bursts = [
        pace.moments(rng, scene.start + round(at * SECOND), scene.start + round((at + long) * SECOND), count)
        for at, long, count in zip(
            begin.tolist(),
            (length * rng.uniform(0.7, 1.3, len(begin))).tolist(),
            rng.poisson(rate * length, len(begin)).tolist(),
            strict=True,
        )
    ]
    time = np.concatenate(bursts)
    paths = swarm.queries(scene)
    done = swarm.storm(scene, time, swarm.uneven(scene, machines, len(time)), paths)
    return told(scene, done, swarm.zombies(scene, addresses.homes(scene, machines), swarm.spoofed(scene)), paths)
