"""Thousands of phones behind the few addresses of one carrier."""

from __future__ import annotations

import pyarrow as pa

from footfall.simulate import addresses, pace
from footfall.simulate.crowd import channels, crowd
from footfall.simulate.names import ANDROID, CHROME
from footfall.simulate.scene import Scene

TITLE = "Carrier's shared addresses"
LABEL = "person"
SECONDS = (5_400, 14_400)


def act(scene: Scene) -> pa.Table:
    """A third as many visits again as the store has, from 6-40 addresses of one to three networks."""
    rng = scene.rng
    count = max(40, int(rng.poisson(scene.visits().sum() / 3_600 * scene.seconds * scene.rate(0.15, 0.4))))
    start = pace.moments(rng, scene.start, scene.start + int((scene.end - scene.start) * 0.9), count)
    phones = [f"Mozilla/5.0 ({phone}) {CHROME}/139.0.0.0 Mobile Safari/537.36" for phone in ANDROID]
    agent = pa.array(phones).take(pa.array(scene.chosen(count, [0.6, 0.2, 0.12, 0.08])))
    pool = min(int(scene.between(6, 40)), count // 10)
    ip = addresses.mobile(scene, pool, int(rng.integers(1, 4))).take(pa.array(rng.integers(0, pool, count)))
    return crowd(scene, start, new=0.4, channel=channels(scene, count)).told(scene, ip=ip, user_agent=agent)
