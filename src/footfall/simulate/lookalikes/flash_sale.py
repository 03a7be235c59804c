"""A sale begins: within half a minute ten times as many people come, and they buy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import channel_of, enacted, shopping, visitors
from footfall.simulate.scene import Scene

TITLE = "Flash sale"
LABEL = "person"
SECONDS = (1_200, 3_000)


def act(scene: Scene) -> pa.Table:
    """Visits rise to 8-12 times the hour's in 15-40 seconds and fall again over minutes; 5-40 products, bought 2-4
    times as readily; people come by letter, by themselves, some by an advertisement."""
    rng = scene.rng
    usual = scene.visits().sum() / 3_600
    second = np.arange(max(2, round(scene.seconds * 0.8)))
    rise = np.minimum((second + 1) / scene.between(15, 40), 1)
    weights = rise * (0.25 + 0.75 * np.exp(-second / scene.between(240, 900)))
    count = max(30, int(rng.poisson(usual * scene.rate(8, 12) * weights.sum())))
    end = scene.start + int((scene.end - scene.start) * 0.8)
    start = pace.moments(rng, scene.start, end, count, weights)
    letter, advertised = channel_of(None, "newsletter"), channel_of("https://www.facebook.com/", "facebook_ads")
    channel = np.array([0, letter, advertised])[scene.chosen(count, [0.35, 0.45, 0.2])].astype(np.int8)
    offered = scene.popular(int(scene.between(5, 40)))
    focus = np.where(rng.random(count) < 0.8, offered[rng.integers(0, len(offered), count)], scene.popular(count))
    sessions = visitors(scene, start, new=0.35, channel=channel)
    return enacted(scene, shopping(scene, sessions, pull=scene.between(2, 4), focus=focus)[1]).told(scene)
