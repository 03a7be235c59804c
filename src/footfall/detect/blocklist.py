"""The addresses to shut out now, in the forms that firewalls read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, collapse_addresses, ip_address, ip_network

import msgspec
import pyarrow as pa

from footfall import known_bots
from footfall.detect.verdicts import excluded, shared
from footfall.incident import Verdict

DAY = 86_400_000
"""How long an address stays blocked after it was last found, in ms."""

OWN = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
            *("::1/128", "fc00::/7", "fe80::/10"),
        ),
    )
)
"""Addresses that a proxy of the store's own would have: shutting them out shuts everybody out."""

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Blocked:
    """An address to shut out, and the verdict that says so."""

    address: Address
    verdict: Verdict


def blocked(verdicts: Iterable[Verdict], now: int, kept_for: int = DAY) -> list[Blocked]:
    """The addresses that a verdict which stands is about or came from, in order; each once, with its surest verdict.

    Never one in a crawler's published range, one that many people share, or one of the store's own network.

    Args:
        verdicts: of any kind.
        now: event time, ms.
        kept_for: how long after it was last found an address stays, ms.
    """
    found: dict[Address, Verdict] = {}
    for verdict in sorted(verdicts, key=lambda verdict: (-verdict.confidence, verdict.id)):
        if verdict.valid_to + kept_for <= now or not excluded(verdict) or shared(verdict):
            continue
        for address in map(_address, _named(verdict)):
            if address and not _own(address) and not known_bots.owner(str(address)):
                found.setdefault(address, verdict)
    return [Blocked(address, found[address]) for address in sorted(found, key=lambda one: (one.version, one))]


def _named(verdict: Verdict) -> list[str]:
    """The address judged, or those from which a visit came without a crowd around it."""
    return [verdict.subject.name] if verdict.subject.kind == "ip" else verdict.evidence.get("addresses", [])


def rows(blocks: Iterable[Blocked]) -> pa.Table:
    """One row an address, with why."""
    listed = list(blocks)
    return pa.table(
        {
            "address": pa.array([str(block.address) for block in listed], pa.string()),
            "rule": pa.array([block.verdict.rule for block in listed], pa.string()),
            "threat": pa.array([block.verdict.threat for block in listed], pa.string()),
            "confidence": pa.array([block.verdict.confidence for block in listed], pa.int64()),
            "found_at": pa.array([block.verdict.valid_from for block in listed], pa.int64()),
            "last_found_at": pa.array([block.verdict.valid_to for block in listed], pa.int64()),
            "incident": pa.array([block.verdict.incident for block in listed], pa.string()),
        }
    )


def plain(blocks: Iterable[Blocked]) -> str:
    """One address a line."""
    return "".join(f"{block.address}\n" for block in blocks)


def cidr(blocks: Sequence[Blocked]) -> str:
    """One network a line; together they hold these addresses and no other."""
    return "".join(f"{network}\n" for version in (4, 6) for network in _networks(blocks, version))


def nginx(blocks: Sequence[Blocked]) -> str:
    """Lines for ``include`` in a server block of nginx."""
    return "".join(f"deny {network};\n" for version in (4, 6) for network in _networks(blocks, version))


def aws_waf(blocks: Sequence[Blocked]) -> str:
    """What ``aws wafv2 create-ip-set --cli-input-json`` takes, one document a line: addresses of one version each."""
    documents = (
        {
            "Name": f"footfall-ipv{version}",
            "Scope": "REGIONAL",
            "IPAddressVersion": f"IPV{version}",
            "Addresses": networks,
        }
        for version in (4, 6)
        if (networks := _networks(blocks, version))
    )
    return "".join(f"{msgspec.json.encode(document).decode()}\n" for document in documents)


FORMS: dict[str, Callable[[list[Blocked]], str]] = {".txt": plain, ".cidr": cidr, ".conf": nginx, ".json": aws_waf}
"""How a blocklist is written, by the ending of its file; .csv and .parquet hold rows."""
READERS = {
    ".txt": "one address a line",
    ".cidr": "networks, for most firewalls",
    ".conf": "nginx: deny lines to include",
    ".json": "AWS WAF: an IP set",
}
"""Who reads each form."""


def _networks(blocks: Sequence[Blocked], version: int) -> list[str]:
    if version == 4:
        four = (IPv4Network(block.address) for block in blocks if isinstance(block.address, IPv4Address))
        return list(map(str, collapse_addresses(four)))
    six = (IPv6Network(block.address) for block in blocks if isinstance(block.address, IPv6Address))
    return list(map(str, collapse_addresses(six)))


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _own(address: Address) -> bool:
    return any(address in network for network in OWN) or address.is_unspecified or address.is_multicast
