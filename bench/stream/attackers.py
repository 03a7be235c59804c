"""Those who pretend to be customers: floods, scrapers that keep time, hurried scrapers, hoarders of carts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.stream import fields

SECOND = 1000
PRODUCTS = 12_000
DELAY = 40
"""Milliseconds until an attacker's event arrives."""
AGENT = "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of attacker: its share of the attackers' events, what it does, its pause and how long it stays (ms).

    A pause differs from the usual one by up to half of ``jitter``; whoever is ``nameless`` sends no session.
    """

    name: str
    net: int
    share: float
    event_type: str
    pause: int
    jitter: float
    lasts: int
    nameless: bool = False


KINDS = (
    Kind("flood", 11, 0.25, "page", 70, 0.9, 20 * SECOND),
    Kind("mute", 12, 0.05, "page", 70, 0.9, 20 * SECOND, nameless=True),
    Kind("hurry", 13, 0.2, "view", 900, 0.6, 180 * SECOND),
    Kind("walk", 14, 0.35, "view", 3000, 0.3, 900 * SECOND),
    Kind("hoard", 15, 0.15, "cart", 9000, 0.8, 900 * SECOND),
)


def table(events: int, start: int, span: int, seed: int) -> pa.Table:
    """About so many events of all kinds of attackers within ``span`` ms."""
    random = np.random.default_rng(seed)
    return pa.concat_tables([_of(kind, round(events * kind.share), start, span, random) for kind in KINDS])


def _of(kind: Kind, events: int, start: int, span: int, random: np.random.Generator) -> pa.Table:
    each = max(1, min(kind.lasts, span) // kind.pause)
    many = max(1, round(events / each))
    begin = random.integers(0, max(1, span - each * kind.pause), many)
    pauses = kind.pause * (1 + kind.jitter * (random.random((many, each)) - 0.5))
    times = (begin[:, None] + np.cumsum(pauses, axis=1)).astype(np.int64).ravel()
    inside = times < span
    who = np.repeat(np.arange(many), each)[inside]
    product = (random.integers(0, PRODUCTS, many)[:, None] + np.arange(each)).ravel()[inside]
    return fields.table(_columns(kind, start + times[inside], who, product))


def _columns(
    kind: Kind, times: NDArray[np.int64], who: NDArray[np.int64], product: NDArray[np.int64]
) -> dict[str, Any]:
    looks = kind.event_type != "page"
    products = [f"{20_000_000 + number % PRODUCTS}" for number in product] if looks else None
    return {
        "event_time": times,
        "received_at": times + DELAY,
        "event_type": [kind.event_type] * len(times),
        "product_id": products,
        "user_session": None if kind.nameless else [f"{kind.name}-{number}" for number in who],
        "anon_id": [f"{kind.net}{number:014x}" for number in who],
        "ip": [f"198.{kind.net}.{number // 250 % 250}.{number % 250}" for number in who],
        "user_agent": [AGENT] * len(times),
        "path": [f"/product/{number}" for number in products] if products else ["/"] * len(times),
        "status": [200] * len(times),
    }
