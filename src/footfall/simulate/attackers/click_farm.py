"""Rented phones click on a paid campaign, look at one page and are gone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, tools
from footfall.simulate.acts import PAGE, VIEW, Clients, acts, told
from footfall.simulate.scene import Scene

TITLE = "Click farm"
LABEL = "bot"
SECONDS = (2_400, 9_000)
CAMPAIGNS = (
    ("facebook_ads", "https://www.facebook.com/"),
    ("instagram_ads", "https://www.instagram.com/"),
    ("google_cpc", "https://www.google.com/"),
    ("display_partners", "https://ads.example/"),
)


def act(scene: Scene) -> pa.Table:
    """8-60 clicks a minute on 1-4 landing pages, from one or two models of phone in 2-20 networks of a carrier."""
    rng = scene.rng
    clicks = max(1, round(scene.rate(8, 60) * scene.seconds / 60))
    landing = np.unique(scene.popular(int(scene.between(1, 4))))
    campaign, referrer = CAMPAIGNS[int(rng.integers(len(CAMPAIGNS)))]
    begun = pace.moments(rng, scene.start, scene.end, clicks, rng.lognormal(0, 0.5, max(1, int(scene.seconds / 300))))
    second = np.where(rng.random(clicks) < scene.between(0.005, 0.04), 2, 1)
    time, who, nth = pace.walk(begun, second, pace.human(rng, int(second.sum()), 4))
    product = landing[rng.integers(0, len(landing), clicks)][who]
    away = nth > 0
    path = np.where(away, scene.listing(scene.catalogue.category[product]), scene.product_page(product))
    done = acts(time, who, np.where(away, PAGE, VIEW), path, product=np.where(away, -1, product))
    pool = int(scene.between(30, 600))
    ip = addresses.mobile(scene, pool, int(scene.between(2, 20))).take(pa.array(rng.integers(0, pool, clicks)))
    models = rng.permutation(np.array(tools.CHEAP_PHONES))[: int(rng.integers(1, 3))].tolist()
    agent = pa.array(models).take(pa.array(rng.integers(0, len(models), clicks)))
    return told(scene, done, Clients(ip, agent, scene.keys(clicks), referrer, campaign))
