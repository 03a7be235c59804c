"""Somebody with a following shows one product: strangers come, look at it, and few buy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import enacted, shopping, visitors
from footfall.simulate.names import CHROME
from footfall.simulate.scene import Scene

TITLE = "Influencer spike"
LABEL = "person"
SECONDS = (1_800, 5_400)
SHOWN_ON = ("https://www.instagram.com/", "https://www.tiktok.com/", "https://www.youtube.com/", "https://t.co/")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
ANDROID = f"Mozilla/5.0 (Linux; Android 14; SM-S921B; wv) {CHROME}/139.0.0.0 Mobile Safari/537.36"
APPS = tuple(f"{system} Instagram {build}" for system in (IPHONE, ANDROID) for build in ("395.0", "394.1", "391.2"))


def act(scene: Scene) -> pa.Table:
    """Visits rise to 4-15 times the hour's within 1-3 minutes and fade for an hour; nine in ten are strangers on
    phones, many in the app's own browser, most look once or twice; a cart is a third as likely as usual."""
    rng = scene.rng
    usual = scene.visits().sum() / 3_600
    second = np.arange(max(2, round(scene.seconds * 0.85)))
    weights = np.minimum((second + 1) / scene.between(60, 180), 1) * np.exp(-second / scene.between(600, 1_800))
    count = max(30, int(rng.poisson(usual * scene.rate(4, 15) * weights.sum())))
    start = pace.moments(rng, scene.start, scene.start + int((scene.end - scene.start) * 0.85), count, weights)
    focus = np.full(count, scene.popular(1)[0])
    looks = np.clip(rng.geometric(0.55, count), 1, 20)
    sessions = visitors(scene, start, new=0.92)
    crowd = enacted(scene, shopping(scene, sessions, pull=0.3, focus=focus, looks=looks)[1])
    usual_agents = crowd.told(scene)["user_agent"].combine_chunks().dictionary
    agents = pa.array([*APPS, *usual_agents.to_pylist()])
    phones = [place for place, agent in enumerate(agents.to_pylist()) if "Mobile" in agent]
    agent = agents.take(pa.array(rng.choice(phones, count)))
    said = rng.random(count) < 0.75
    referrer = pa.array([SHOWN_ON[int(rng.integers(len(SHOWN_ON)))] if named else None for named in said], pa.string())
    return crowd.told(scene, user_agent=agent, referrer=referrer)
