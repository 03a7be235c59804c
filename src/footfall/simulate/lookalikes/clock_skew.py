"""People whose clocks are wrong: by seconds or minutes, fast or slow."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import channels, crowd, stated
from footfall.simulate.days import SECOND
from footfall.simulate.scene import Scene

TITLE = "Clock skew"
LABEL = "person"
SECONDS = (3_600, 14_400)


def act(scene: Scene) -> pa.Table:
    """2-8 visitors in 100 of the hour again: half with clocks 0.5-90 seconds fast, half as much slow, all the time."""
    rng = scene.rng
    count = max(20, int(scene.visits().sum() / 3_600 * scene.seconds * scene.rate(0.02, 0.08)))
    margin = min(95 * SECOND, (scene.end - scene.start) // 4)
    start = pace.moments(rng, scene.start + margin, scene.before_end(900), count)
    people = crowd(scene, start, new=0.3, channel=channels(scene, count))
    sign = np.where(rng.random(count) < 0.5, 1, -1)
    skew = (sign * np.exp(rng.uniform(np.log(0.5), np.log(90), count)) * SECOND).astype(np.int64)
    received = people.told(scene)["received_at"]
    wrong = people.at(people.rows.time + skew[people.rows.session])
    return stated(wrong.told(scene), "received_at", received.combine_chunks())
