"""The visitor's address: the connection's, or what a trusted proxy says of it."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from footfall.config import Collector

_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*"?([^";]+)', re.IGNORECASE)
_PORT = re.compile(r"^\[(.*)\](?::\d+)?$|^([^:]+):\d+$")


@lru_cache(1 << 14)
def plain(told: str) -> str | None:
    """An address as it is written, without port, brackets or zone; None for what is none."""
    ported = _PORT.match(told.strip())
    bare = (ported[1] or ported[2]) if ported else told.strip()
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


def local(address: str | None) -> bool:
    """Whether an address is this machine's own."""
    return address is not None and ip_address(address).is_loopback


class Addresses:
    """Tells whence a request came, believing only the proxies that are trusted."""

    def __init__(self, settings: Collector) -> None:
        self._networks = [ip_network(network) for network in settings.trusted_proxies]
        self.header = settings.address_header.encode()
        self._forwarded = settings.address_header == "forwarded"
        self._trusts = lru_cache(1 << 12)(self._in_networks)

    def of(self, connection: str | None, told: bytes) -> str | None:
        """The right-most address in the proxies' header that no trusted proxy has; the connection's without one.

        Args:
            connection: the address at the connection's other end.
            told: the header's value, several joined by commas.
        """
        nearest = plain(connection) if connection else None
        if not told or nearest is None or not self._trusts(nearest):
            return nearest
        for hop in reversed(told.decode("latin-1").split(",")):
            nearest = plain(self._named(hop))
            if nearest is None or not self._trusts(nearest):
                return nearest
        return nearest

    def _named(self, hop: str) -> str:
        found = _FOR.search(hop) if self._forwarded else None
        return found[1] if found else "" if self._forwarded else hop

    def _in_networks(self, address: str) -> bool:
        return any(ip_address(address) in network for network in self._networks)
