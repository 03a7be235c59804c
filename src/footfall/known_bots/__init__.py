"""Known bots (GIVT): crawlers and monitors that say who they are, by agent or by a published address range."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from ipaddress import AddressValueError, IPv4Address, IPv4Network, collapse_addresses

import pyarrow as pa
import pyarrow.compute as pc

_judged: dict[str, bool] = {}
CLAIMS = {
    "googlebot": "Googlebot",
    "bing": "bingbot|BingPreview|adidxbot",
    "duckduckbot": "DuckDuckBot",
    "facebook": "facebookexternalhit|facebookcatalog|meta-external",
    "openai": "GPTBot|OAI-SearchBot|ChatGPT-User",
    "perplexity": "PerplexityBot|Perplexity-User",
    "pingdom": "Pingdom",
    "statuscake": "StatusCake",
}
"""What a user agent says that claims to be an owner of ranges."""
BORROWED = re.compile("facebookexternalhit.*Twitterbot")  # phones that preview a link say so of themselves


def known_agents(agents: Iterable[str]) -> set[str]:
    """Those of some user agents that name a known crawler; each is judged once in a process."""
    asked = set(agents)
    if fresh := sorted(asked - _judged.keys()):
        found = pc.match_substring_regex(pa.array(fresh), _pattern()).to_pylist()
        _judged.update(zip(fresh, found, strict=True))
    return {agent for agent in asked if _judged[agent]}


def known_addresses(addresses: Iterable[str]) -> set[str]:
    """Those of some addresses that lie in a published range."""
    return {address for address in addresses if owner(address)}


@lru_cache(1 << 20)
def owner(address: str) -> str | None:
    """Whose published range an address lies in: ``googlebot``, ``pingdom``…; None for everybody else's.

    Args:
        address: an IPv4 address as text; anything else belongs to nobody.
    """
    try:
        number = int(IPv4Address(address))
    except AddressValueError:
        return None
    starts, known = ranges()
    place = bisect_right(starts, number) - 1
    if place < 0:
        return None
    _, last, name = known[place]
    return name if number <= last else None


@lru_cache(1 << 16)
def claim(agent: str) -> str | None:
    """Which owner of a published range a user agent claims to be: ``googlebot``, ``pingdom``…; None for all others."""
    if BORROWED.search(agent):
        return None
    return next((name for name, pattern in CLAIMS.items() if re.search(pattern, agent, re.IGNORECASE)), None)


@cache
def version() -> str:
    """A short name of the lists' content: figures cleaned with other lists are other figures."""
    digest = blake2b(_pattern().encode(), digest_size=8)
    digest.update(repr(ranges()).encode())
    return digest.hexdigest()


@cache
def _pattern() -> str:
    lines = files(__name__).joinpath("agents.txt").read_text("utf-8").splitlines()
    return "|".join(lines)


@cache
def ranges() -> tuple[list[int], list[tuple[int, int, str]]]:
    """The published ranges in order: the first address of each as a number; first, last and owner of each."""
    found: list[tuple[int, int, str]] = []
    for file in files(__name__).joinpath("ranges").iterdir():
        name = file.name.removesuffix(".txt")
        networks = collapse_addresses(map(IPv4Network, file.read_text("utf-8").split()))
        found += [(int(network[0]), int(network[-1]), name) for network in networks]
    found.sort()
    return [first for first, _, _ in found], found
