"""People mistype passwords and have cards declined, at all hours."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.acts import CHECKOUT, LOGIN_FAILED, PAYMENT_FAILED
from footfall.simulate.crowd import visitors
from footfall.simulate.days import WEEK_HOURS
from footfall.simulate.mishaps import mishaps
from footfall.simulate.scene import Scene

TITLE = "Mistyped passwords and declined cards"
LABEL = "person"
ALWAYS = True
SECONDS = (7_200, 21_600)


def act(scene: Scene) -> pa.Table:
    """3 visits in 100 fail to log in, 1-5 times; 4 payments in 1,000 visits are declined, 1-3 times."""
    rng = scene.rng
    hours = (scene.hour_of_week() + np.arange(max(1, round(scene.seconds / 3_600)))) % WEEK_HOURS
    weights = scene.world.interest.ordinary.sum(axis=0)[hours]
    visits = weights.mean() / 3_600 * scene.seconds * scene.strength
    end = scene.before_end(240)
    wrong = pace.moments(rng, scene.start, end, max(8, int(rng.poisson(visits * 0.03))), weights)
    declined = pace.moments(rng, scene.start, end, max(4, int(rng.poisson(visits * 0.004))), weights)
    logins = visitors(scene, wrong, new=0)
    payers = visitors(scene, declined, new=0.3, block=1)
    often = np.minimum(rng.geometric(0.6, len(wrong)), 5)
    twice = np.minimum(rng.geometric(0.7, len(declined)), 3)
    failed = mishaps(scene, logins, often, LOGIN_FAILED, 401, CHECKOUT)
    refused = mishaps(scene, payers, twice, PAYMENT_FAILED, 402, CHECKOUT, len(often) * 5)
    return pa.concat_tables([failed, refused]).unify_dictionaries()
