"""People behind a privacy relay: few addresses for many, and another one every few minutes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace
from footfall.simulate.acts import spread
from footfall.simulate.crowd import channels, crowd, stated
from footfall.simulate.names import AGENTS
from footfall.simulate.scene import Scene

TITLE = "Privacy relay"
LABEL = "person"
SECONDS = (5_400, 14_400)
TURN = 240_000_000
"""Microseconds for which a browser keeps an address."""


def act(scene: Scene) -> pa.Table:
    """A tenth as many visits again as the store has, from 8-60 exits in 1-4 networks, all by the same few browsers."""
    rng = scene.rng
    count = max(30, int(rng.poisson(scene.visits().sum() / 3_600 * scene.seconds * scene.rate(0.05, 0.2))))
    start = pace.moments(rng, scene.start, scene.start + int((scene.end - scene.start) * 0.9), count)
    safari = pa.array([agent for agent in AGENTS if "Version/" in agent])
    agent = safari.take(pa.array(rng.integers(0, len(safari), count)))
    people = crowd(scene, start, new=0.35, channel=channels(scene, count))
    exits = addresses.centre(scene, min(int(scene.between(8, 60)), count // 6), int(scene.between(1, 4)))
    turn = (people.rows.time - start[people.rows.session]) // TURN
    place = (people.rows.session.astype(np.int64) * 7_919 + turn * 104_729) % len(exits)
    return stated(people.told(scene, user_agent=agent), "ip", spread(exits, place))
