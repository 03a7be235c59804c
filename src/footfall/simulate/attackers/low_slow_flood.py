"""Twenty thousand machines ask for a few pages each, so that no one of them stands out."""

from __future__ import annotations

import pyarrow as pa

from footfall.simulate import addresses, pace, swarm
from footfall.simulate.acts import told
from footfall.simulate.scene import Scene

TITLE = "Low and slow flood"
LABEL = "bot"
FLOOD = True
SECONDS = (1_500, 4_200)
MACHINES = 20_000


def act(scene: Scene) -> pa.Table:
    """Two to five requests a machine, rising over minutes to 10-40 a second together."""
    rng, machines = scene.rng, max(2, round(MACHINES * min(scene.strength, 1)))
    each, share = scene.between(1.6, 4), scene.between(1.5, 4)
    count = max(machines, round(max(MACHINES * each, scene.load * scene.seconds * share) * scene.strength))
    rise = pace.ramped(scene.seconds, scene.between(20, 400))
    time = pace.moments(rng, scene.start, scene.end, count, rise)
    client = swarm.uneven(scene, machines, count)
    paths = swarm.queries(scene)
    done = swarm.storm(scene, time, client, paths)
    return told(scene, done, swarm.zombies(scene, addresses.homes(scene, machines), swarm.spoofed(scene)), paths)
