"""Two thousand machines flood the store at once, each of them slowly enough."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, swarm
from footfall.simulate.acts import told
from footfall.simulate.days import SECOND
from footfall.simulate.scene import Scene

TITLE = "Botnet flood"
LABEL = "bot"
FLOOD = True
SECONDS = (180, 720)
MACHINES = 2_000


def act(scene: Scene) -> pa.Table:
    """Machines join within seconds of the command and ask for 30-150 pages a second together, more of a large store."""
    rng = scene.rng
    machines = max(2, round(MACHINES * min(scene.strength, 1)))
    rate = scene.rate(30, 150) + 4 * scene.load * scene.strength
    join = scene.start + (rng.exponential(scene.between(2, 20), machines) * SECOND).astype(np.int64)
    time = pace.moments(rng, scene.start, scene.end, round(rate * scene.seconds))
    client = swarm.uneven(scene, machines, len(time))
    here = np.flatnonzero(time >= join[client])
    paths = swarm.queries(scene)
    done = swarm.storm(scene, time[here], client[here], paths)
    return told(scene, done, swarm.zombies(scene, addresses.homes(scene, machines), swarm.spoofed(scene)), paths)
