"""Random draws that depend on their key alone: keyed generators, quota tables, a mixing function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]
Words = npt.NDArray[np.uint16]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]

WORD = 1 << 16


def generator(seed: int, *key: int) -> np.random.Generator:
    """A generator of its own for every key: (seed, day, block) gives the same draws in any process."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, *key))))


def words(rng: np.random.Generator, size: int) -> Words:
    """``size`` uniform 16-bit words, four from each raw draw: the index of a table of 65,536 entries."""
    raw: Keys = rng.bit_generator.random_raw((size + 3) // 4)
    return raw.view(np.uint16)[:size]


def chance(rng: np.random.Generator, size: int, share: float) -> Flags:
    """True with probability ``share``, to the nearest 65,536th."""
    return words(rng, size) < round(share * WORD)


def uniform(rng: np.random.Generator, low: Ints, high: Ints) -> Ints:
    """Whole numbers in [low, high), one for each pair."""
    return low + (rng.random(len(low)) * (high - low)).astype(np.int64)


def quota(weights: Reals, size: int = WORD) -> Codes:
    """Spreads ``size`` places over the last axis by weight, so that one uniform index draws by weight.

    Args:
        weights: shape (n,) or (rows, n), not negative, a positive sum in each row.
        size: places in a row.

    Returns:
        Indices 0..n-1, shape (size,) or (rows, size), in ascending order.
    """
    total = np.cumsum(np.atleast_2d(weights), axis=1)
    bounds = np.rint(total / total[:, -1:] * size).astype(np.int64)
    counts = np.diff(bounds, axis=1, prepend=0)
    rows, n = counts.shape
    places = np.repeat(np.tile(np.arange(n, dtype=np.int32), rows), counts.ravel())
    return places.reshape(size) if weights.ndim == 1 else places.reshape(rows, size)


def quantiles(value: Callable[[Reals], Reals]) -> Reals:
    """A table of 65,536 equally likely values of the distribution whose quantile function is ``value``."""
    return value((np.arange(WORD) + 0.5) / WORD)


def mixed(numbers: npt.NDArray[np.int64 | np.uint64]) -> Keys:
    """Splitmix64: a bijection of 64-bit numbers that looks random; different numbers stay different."""
    x = numbers.astype(np.uint64)
    x += np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def summed(place: npt.NDArray[np.integer], value: Reals, size: int = 0) -> Reals:
    """Sums values by place: shape (places,), at least ``size``."""
    return np.bincount(place, value, size).astype(np.float64)
