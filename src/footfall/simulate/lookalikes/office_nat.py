"""Three hundred people of one office shop behind one address."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace
from footfall.simulate.crowd import channels, crowd
from footfall.simulate.names import CHROME, WINDOWS
from footfall.simulate.scene import Scene

TITLE = "Office behind one address"
LABEL = "person"
SECONDS = (3_600, 14_400)
HOURS = (8, 15)
PEOPLE = 300


def act(scene: Scene) -> pa.Table:
    """300 visits, most of them about midday; two or three versions of the browser that the office keeps."""
    rng, count = scene.rng, max(2, round(PEOPLE * scene.strength))
    hour = np.linspace(-1, 1, 61)
    weights = 0.3 + np.exp(-((hour / scene.between(0.15, 0.6)) ** 2))
    start = pace.moments(rng, scene.start, scene.start + int((scene.end - scene.start) * 0.9), count, weights)
    people = crowd(scene, start, new=0.5, channel=channels(scene, count))
    kept = [
        f"Mozilla/5.0 ({WINDOWS}) {CHROME}/{major}.0.0.0 Safari/537.36 Edg/{major}.0.0.0" for major in (139, 138, 126)
    ]
    agent = pa.array(kept).take(pa.array(scene.chosen(count, [0.75, 0.2, 0.05])))
    ip = addresses.homes(scene, 1).take(pa.array(np.zeros(count, np.int64)))
    return people.told(scene, ip=ip, user_agent=agent)
