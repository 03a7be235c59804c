"""Addresses shut out at the edge: WAF IP sets that hold exactly the blocklist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_network
from typing import Any

import boto3

from footfall.detect.blocklist import Blocked, cidr

MOST = 10_000
"""Addresses that an IP set takes."""
TRIES = 5


def shut_out(blocks: Sequence[Blocked], sets: Iterable[str]) -> None:
    """Makes IP sets hold the blocklist's addresses of their version, the surest where there are too many.

    Args:
        blocks: from ``detect.blocklist.blocked``.
        sets: ARNs of IP sets, of IPv4 or IPv6.
    """
    client = boto3.client("wafv2")
    surest = sorted(blocks, key=lambda block: -block.verdict.confidence)
    for arn in sets:
        place = _place(arn)
        for tried in range(TRIES):
            told = client.get_ip_set(**place)
            wanted = _of(surest, told["IPSet"]["IPAddressVersion"])
            if set(wanted) == set(told["IPSet"]["Addresses"]):
                break
            try:
                client.update_ip_set(**place, Addresses=wanted, LockToken=told["LockToken"])
                break
            except client.exceptions.WAFOptimisticLockException:
                if tried == TRIES - 1:
                    raise


def _of(blocks: Sequence[Blocked], version: str) -> list[str]:
    of_version = [block for block in blocks if f"IPV{block.address.version}" == version][:MOST]
    return [str(ip_network(line)) for line in cidr(of_version).splitlines()]


def _place(arn: str) -> dict[str, Any]:
    """``…:regional/ipset/NAME/ID`` as WAF's calls want it."""
    scope, _, name, key = arn.rpartition(":")[2].split("/")
    return {"Scope": "CLOUDFRONT" if scope == "global" else "REGIONAL", "Name": name, "Id": key}
