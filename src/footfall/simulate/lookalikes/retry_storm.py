"""The shop answers with errors for a minute or two, and everybody's client tries again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import channels, crowd, stated
from footfall.simulate.days import SECOND
from footfall.simulate.scene import Scene
from footfall.simulate.visits import KIND, VIEW, Step

TITLE = "Retry storm"
LABEL = "person"
SECONDS = (1_500, 2_700)
WAITS = np.cumsum([0, 1, 2, 4, 8, 15, 30])
"""Seconds after the first failure at which a client, then its owner, tries again."""


def act(scene: Scene) -> pa.Table:
    """As many people as usual and half as many again; in an outage of 40-150 seconds each page of theirs fails and is
    asked for again after 1, 2, 4, 8... seconds until it comes."""
    rng = scene.rng
    count = max(60, int(scene.visits().sum() / 3_600 * scene.seconds * scene.rate(0.3, 0.8)))
    start = pace.moments(rng, scene.start, scene.start + int((scene.end - scene.start) * 0.7), count)
    people = crowd(scene, start, new=0.4, channel=channels(scene, count))
    down = scene.start + int(scene.seconds * SECOND * rng.uniform(0.3, 0.6))
    up = down + round(scene.between(40, 150) * SECOND)
    read = np.isin(people.rows.kind, (VIEW, KIND[Step.HOME]))
    hit = np.flatnonzero((people.rows.time >= down) & (people.rows.time < up) & read)
    tries = np.tile(np.arange(1, len(WAITS)), len(hit))
    again = np.repeat(hit, len(WAITS) - 1)
    wait = (WAITS[tries] * SECOND * rng.uniform(0.8, 1.2, len(again))).astype(np.int64)
    late = people.rows.time[again] + wait
    needed = people.rows.time[again] + (WAITS[tries - 1] * 0.8 * SECOND).astype(np.int64) < up
    every = people.take(np.concatenate([np.arange(len(people.step)), again[needed]]))
    time = np.concatenate([people.rows.time, late[needed]])
    failed = (time >= down) & (time < up)
    status = pa.array(np.where(failed, 503, 200).astype(np.int32))
    return stated(every.at(time).numbered(scene).told(scene), "status", status)
