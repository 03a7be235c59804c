"""What goes wrong for people: mistyped passwords, cards that are declined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from footfall.simulate import pace
from footfall.simulate.crowd import Crowd, stated
from footfall.simulate.draws import Ints
from footfall.simulate.people import Login, Sessions
from footfall.simulate.scene import Scene
from footfall.simulate.visits import Rows


def mishaps(
    scene: Scene, sessions: Sessions, tries: Ints, kind: int, status: int, path: int, number: int = 0
) -> pa.Table:
    """Each visit fails at the same thing a few times, with the pauses in which one types anew.

    Args:
        scene: where.
        sessions: whose, n of them; their account is named.
        tries: how often, shape (n,).
        kind: index into the event types.
        status: what the store answers.
        path: index into the store's paths.
        number: how many of the scene's mishaps were numbered before.
    """
    total = int(tries.sum())
    time, who, _ = pace.walk(sessions.start, tries, pace.human(scene.rng, total, 14, 0.6))
    none, small = np.full(total, -1), np.zeros(total, np.int8)
    rows = Rows(
        time,
        who.astype(np.int32),
        small + np.int8(kind),
        none.astype(np.int32),
        small,
        np.full(total, path, np.int32),
        none,
        np.ones(total, bool),
        scene.numbers(total) + (1 << 35) + number,
        np.zeros(total, bool),
    )
    named = replace(sessions, login=np.full(len(sessions.key), Login.ALWAYS, np.int8))
    events = Crowd(rows, named, none).told(scene)
    return stated(events, "status", pa.array(np.full(total, status, np.int32)))
