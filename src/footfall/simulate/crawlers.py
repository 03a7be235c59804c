"""Crawlers and monitors that say who they are, and the ranges they publish."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from ipaddress import IPv4Network

import numpy as np
import pyarrow as pa

AGENTS = {
    "googlebot": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "bing": "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "duckduckbot": "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "openai": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
}
"""Crawlers by the owner of their ranges."""

MONITORS = {
    "pingdom": "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "statuscake": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) StatusCake",
}
"""Monitors by the owner of their ranges."""


def published(rng: np.random.Generator, owner: str, count: int) -> pa.Array:
    """Addresses within the ranges of a crawler, no two alike; fewer where there are not so many."""
    networks = _networks(owner)
    drawn = rng.integers(0, len(networks), count)
    address = [networks[place][int(rng.integers(networks[place].num_addresses))] for place in drawn.tolist()]
    return pa.array(list(dict.fromkeys(map(str, address))))


@cache
def _networks(owner: str) -> tuple[IPv4Network, ...]:
    text = files("footfall.known_bots").joinpath(f"ranges/{owner}.txt").read_text("utf-8")
    return tuple(IPv4Network(line) for line in text.split())
