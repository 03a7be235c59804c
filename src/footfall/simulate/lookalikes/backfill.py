"""An app that was out of reach sends hours of its people's events at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import channels, crowd, stated
from footfall.simulate.days import SECOND
from footfall.simulate.scene import Scene

TITLE = "Backfill"
LABEL = "person"
SECONDS = (3_600, 14_400)


def act(scene: Scene) -> pa.Table:
    """A tenth to a third of the hour's visitors again; everything is received within a minute once the time is over."""
    rng = scene.rng
    count = max(40, int(scene.visits().sum() / 3_600 * scene.seconds * scene.rate(0.1, 0.35)))
    start = pace.moments(rng, scene.start, scene.start + int((scene.end - scene.start) * 0.9), count)
    events = crowd(scene, start, new=0.3, channel=channels(scene, count)).told(scene)
    received = scene.end + 6 * SECOND + (rng.random(len(events)) * 60 * SECOND).astype(np.int64)
    return stated(events, "received_at", pa.array(received).cast(pa.timestamp("us", tz="UTC")))
