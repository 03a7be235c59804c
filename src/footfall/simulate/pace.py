"""How fast: the moments at which machines and crowds act, in UTC microseconds."""

from __future__ import annotations

import numpy as np

from footfall.simulate.days import SECOND
from footfall.simulate.draws import Ints, Reals


def moments(rng: np.random.Generator, start: int, end: int, count: int, weights: Reals | None = None) -> Ints:
    """``count`` moments in order, the more of them where ``weights``, spread evenly from start to end, are high."""
    shape = np.ones(1) if weights is None else weights
    reached = np.concatenate([[0.0], np.cumsum(shape)])
    place = np.interp(np.sort(rng.random(count)) * reached[-1], reached, np.linspace(0, 1, len(reached)))
    return np.asarray(start + (place * (end - start)).astype(np.int64))


def ramped(seconds: float, rise: float) -> Reals:
    """Weights, about one a second, of what grows evenly for ``rise`` seconds and then stays."""
    return np.asarray(np.minimum((np.arange(max(1, round(seconds))) + 0.5) / max(rise, 0.5), 1.0))


def walk(start: Ints, count: Ints, gap: Ints) -> tuple[Ints, Ints, Ints]:
    """Some who act again and again: each begins at its start and pauses between acts.

    Args:
        start: of each, shape (n,).
        count: acts of each, 1 or more, shape (n,).
        gap: pauses, shape (sum of count,); the one before the first act counts for nothing.

    Returns:
        The moment of each act, who acts, and how many acts came before.
    """
    who = np.repeat(np.arange(len(start)), count)
    first = np.cumsum(count) - count
    nth = np.arange(len(who)) - first[who]
    elapsed = np.cumsum(np.where(nth == 0, 0, gap))
    return start[who] + elapsed - elapsed[first][who], who, nth


def loops(
    rng: np.random.Generator, start: int, end: int, workers: int, mean: float, spread: float
) -> tuple[Ints, Ints]:
    """Workers in a loop, each asking again once it is answered.

    Args:
        rng: for the draws.
        start: the workers begin within the first ``mean`` seconds.
        end: nothing is asked from here on.
        workers: how many.
        mean: seconds a turn takes.
        spread: of the logarithm of that.

    Returns:
        Moments in order, and which worker.
    """
    turns = int((end - start) / SECOND / mean * 1.1) + 8
    begun = start + (rng.random(workers) * mean * SECOND).astype(np.int64)
    time, who, _ = walk(begun, np.full(workers, turns), uneven(rng, workers * turns, mean, spread))
    order = np.argsort(time, kind="stable")
    order = order[time[order] < end]
    return time[order], who[order]


def uneven(rng: np.random.Generator, count: int, mean: float, spread: float) -> Ints:
    """Lognormal pauses of ``mean`` seconds; ``spread`` is that of their logarithm."""
    return np.asarray((rng.lognormal(np.log(mean) - spread**2 / 2, spread, count) * SECOND).astype(np.int64))


def jittered(rng: np.random.Generator, count: int, mean: float, answer: float = 0.12) -> Ints:
    """A delay set in a tool, half to one and a half of it as tools draw it, and the time an answer takes."""
    delay = rng.uniform(0.5, 1.5, count) * mean * SECOND
    return delay.astype(np.int64) + uneven(rng, count, answer, 0.5)


def human(rng: np.random.Generator, count: int, median: float, spread: float = 0.85) -> Ints:
    """Pauses as people make them: never under 1.2 seconds, now and then minutes."""
    pause = rng.lognormal(np.log(median), spread, count)
    return np.asarray((np.clip(pause, 1.2, 600) * SECOND).astype(np.int64))
