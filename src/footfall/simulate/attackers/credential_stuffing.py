"""Accounts leaked elsewhere are tried here, one password each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate import addresses, pace, people, tools
from footfall.simulate.acts import IDENTIFY, LOGIN_FAILED, PAGE, Clients, acts, told
from footfall.simulate.draws import Ints
from footfall.simulate.scene import Scene

TITLE = "Credential stuffing"
LABEL = "bot"
SECONDS = (600, 3_600)
LOGIN, ACCOUNT = "/account/login", "/account/orders"


def act(scene: Scene) -> pa.Table:
    """0.5-15 tries a second over 3-600 addresses; 1-15 in 1,000 let in; some tools fetch the form first."""
    rng, lines, rate = scene.rng, scene.count(3, 600), scene.rate(0.5, 15)
    workers = int(scene.between(2, 60))
    time, _ = pace.loops(rng, scene.start, scene.end, workers, workers / rate, 0.5)
    count = len(time)
    right = rng.random(count) < scene.between(0.001, 0.015)
    known = rng.random(count) < scene.between(0.02, 0.2)
    account = np.where(right | known, _customers(scene, count), _strangers(scene, count))
    line = rng.integers(0, lines, count)
    path = len(scene.words.path)
    done = acts(
        time,
        line,
        np.where(right, IDENTIFY, LOGIN_FAILED),
        path,
        status=np.where(right, 200, 401),
        account=account,
    )
    opened = np.flatnonzero(right)
    done = done.join(acts(time[opened] + 900_000, line[opened], PAGE, path + 1, account=account[opened]))
    if scene.lucky(0.4):
        done = done.join(acts(time - 300_000, line, PAGE, path))
    ip = (
        addresses.homes(scene, lines) if scene.lucky(0.6) else addresses.centre(scene, lines, int(scene.between(1, 12)))
    )
    agents = [tools.disguise(rng, 0.25)] * lines if scene.lucky(0.6) else tools.stale(rng, lines)
    clients = Clients(ip, pa.array(agents), np.full(lines, -1))
    return told(scene, done, clients, (LOGIN, ACCOUNT))


def _customers(scene: Scene, count: int) -> Ints:
    """Numbers of people who do have an account."""
    return scene.rng.integers(0, people.regulars(scene.store) * people.GROUPS, count)


def _strangers(scene: Scene, count: int) -> Ints:
    """Numbers that belong to nobody, hardly any twice."""
    place = np.arange(count) % (1 << 19)
    return np.asarray(scene.keys(1, 2)[0] + scene.rng.permutation(1 << 19)[place])
