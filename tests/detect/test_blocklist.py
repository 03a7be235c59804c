"""The blocklist: exactly the addresses that a standing verdict names, in the forms firewalls read."""

from __future__ import annotations

import json
from ipaddress import ip_network

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.detect.blocklist import DAY, aws_waf, blocked, cidr, nginx, plain, rows
from footfall.detect.verdicts import CROWD
from footfall.incident import Subject, Verdict

NOW = 10 * DAY


def verdict(name: str, kind: str = "ip", **fields: object) -> Verdict:
    """A verdict that stands and blocks, unless said otherwise."""
    made = Verdict(
        f"v-{kind}-{name}", Subject(kind, name), NOW - 1_000, NOW, "i", "source_flood", 1, "SIVT", "OAT-015", 95
    )
    return msgspec.structs.replace(made, **fields)


def listed(*verdicts: Verdict) -> list[str]:
    """The addresses blocked now."""
    return plain(blocked(verdicts, NOW)).split()


@pytest.mark.parametrize(
    ("fields", "blocks"),
    [
        ({}, True),
        ({"confidence": 89}, False),
        ({"withdrawn": 5}, False),
        ({"evidence": {"people": CROWD}}, False),
        ({"valid_to": NOW - DAY + 1}, True),
        ({"valid_to": NOW - DAY}, False),
    ],
)
def test_only_verdicts_that_stand_block(fields: dict[str, object], blocks: bool) -> None:
    made = verdict("203.0.113.9", **fields)  # type: ignore[arg-type]
    assert listed(made) == (["203.0.113.9"] if blocks else [])


@pytest.mark.parametrize(
    "name",
    [
        "66.249.66.1",
        "10.0.0.1",
        "192.168.1.1",
        "172.20.0.1",
        "127.0.0.1",
        "::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "no address",
        "203.0.113.0/24",
        "1.2.3.4; deny all",
        "",
    ],
)
def test_crawlers_and_the_stores_own_network_are_never_shut_out(name: str) -> None:
    assert listed(verdict(name)) == []


@pytest.mark.parametrize("kind", ["session", "visitor", "actor", "agent"])
def test_only_addresses_are_listed(kind: str) -> None:
    assert listed(verdict("203.0.113.9", kind)) == []


@pytest.mark.parametrize("kind", ["session", "actor"])
def test_a_visit_is_shut_out_at_the_addresses_it_came_from(kind: str) -> None:
    came = {"addresses": ["203.0.113.9", "66.249.66.1", "10.0.0.1"]}
    assert listed(verdict("v", kind, evidence=came)) == ["203.0.113.9"]
    assert listed(verdict("v", kind, evidence={**came, "purchases": 1})) == []


def test_forms() -> None:
    names = ["203.0.113.8", "203.0.113.9", "198.51.100.7", "2001:db8::2", "2001:db8::3"]
    blocks = blocked([verdict(name) for name in names], NOW)
    assert plain(blocks).split() == ["198.51.100.7", "203.0.113.8", "203.0.113.9", "2001:db8::2", "2001:db8::3"]
    assert cidr(blocks).split() == ["198.51.100.7/32", "203.0.113.8/31", "2001:db8::2/127"]
    assert nginx(blocks).splitlines()[1] == "deny 203.0.113.8/31;"
    four, six = map(json.loads, aws_waf(blocks).splitlines())
    assert (four["IPAddressVersion"], four["Addresses"]) == ("IPV4", ["198.51.100.7/32", "203.0.113.8/31"])
    assert (six["IPAddressVersion"], six["Addresses"]) == ("IPV6", ["2001:db8::2/127"])
    assert rows(blocks)["address"].to_pylist() == plain(blocks).split()


def test_an_empty_list_is_empty_in_every_form() -> None:
    assert [form([]) for form in (plain, cidr, nginx, aws_waf)] == ["", "", "", ""]
    assert rows([]).num_rows == 0


def test_an_address_stands_once_with_its_surest_verdict() -> None:
    twice = [verdict("203.0.113.9"), verdict("203.0.113.9", id="w", confidence=99)]
    assert [block.verdict.confidence for block in blocked(twice, NOW)] == [99]


@given(st.sets(st.integers(0, 255), max_size=60))
def test_networks_hold_these_addresses_and_no_other(hosts: set[int]) -> None:
    blocks = blocked([verdict(f"203.0.113.{host}") for host in hosts], NOW)
    held = {str(address) for line in cidr(blocks).split() for address in ip_network(line)}
    assert held == {f"203.0.113.{host}" for host in hosts}
