"""Addresses that belong to nobody, dealt out as providers would: homes one by one, data centres by the block."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from footfall.simulate.draws import Ints
from footfall.simulate.people import address_texts
from footfall.simulate.scene import Scene

SHARED = (0x64400000, 1 << 22)
"""100.64/10, where the shoppers live too."""

HOMES = (0xF0000000, 1 << 27)
"""240/5."""

CENTRES = (0xF8000000, 1 << 18)
"""248/6, counted in blocks of 256."""

LANES = 64
"""Kinds of profile that never share an address."""

MOBILE = (0xFC000000, 1 << 16)
"""252/8, counted in blocks of 256."""


def homes(scene: Scene, count: int) -> pa.Array:
    """Addresses of private lines, no two alike, half of them in the ranges where shoppers live."""
    near = count // 2
    lines = [SHARED[0] + _own(scene, SHARED[1], near), HOMES[0] + _own(scene, HOMES[1], count - near)]
    return _texts(scene.rng.permutation(np.concatenate(lines)))


def centre(scene: Scene, count: int, blocks: int = 1) -> pa.Array:
    """Addresses of rented machines, no two alike, in as many /24 as are given (more where they would not fit)."""
    return _blocks(scene, CENTRES, count, blocks)


def mobile(scene: Scene, count: int, blocks: int = 1) -> pa.Array:
    """Addresses behind which a carrier hides its phones."""
    return _blocks(scene, MOBILE, count, blocks)


def prefix(scene: Scene, count: int) -> pa.Array:
    """IPv6 addresses of one /48, no two alike: whoever rents one has more of them than there are requests."""
    site, host = int(_own(scene, 1 << 16, 1)[0]), _different(scene.rng, 1 << 32, count)
    return pa.array([f"2001:db8:{site:x}:{h >> 24:x}::{(h >> 8) & 0xFFFF:x}:{h & 0xFF:x}" for h in host.tolist()])


def _blocks(scene: Scene, pool: tuple[int, int], count: int, blocks: int) -> pa.Array:
    blocks = max(blocks, -(-count // 254))
    block = pool[0] + _own(scene, pool[1], blocks) * 256
    host = _different(scene.rng, blocks * 254, count)
    return _texts(block[host % blocks] + 1 + host // blocks)


def _own(scene: Scene, below: int, count: int) -> Ints:
    """Different numbers that no other kind of profile draws."""
    return _different(scene.rng, below // LANES, count) * LANES + scene.lane


def _different(rng: np.random.Generator, below: int, count: int) -> Ints:
    """Different numbers in random order."""
    if count * 8 > below:
        return rng.permutation(below)[:count].astype(np.int64)
    found = np.zeros(0, np.int64)
    while len(found) < count:
        found = np.unique(np.concatenate([found, rng.integers(0, below, count + 16)]))
    return rng.permutation(found)[:count]


def _texts(address: Ints) -> pa.Array:
    return address_texts(address.astype(np.uint32))
