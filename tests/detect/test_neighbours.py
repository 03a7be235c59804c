"""A visit is shut out where it came from, unless people come from there as well."""

from __future__ import annotations

import pyarrow as pa
import pytest

from footfall.detect.neighbours import MOST, SEEN, Neighbours
from footfall.detect.recent import Recent
from footfall.detect.relation import SCHEMA
from footfall.detect.verdicts import CROWD
from footfall.incident import Subject

NAT = "203.0.113.1"


def seen(*events: tuple[str, str, int]) -> Neighbours:
    """What came: address, actor, second."""
    rows = [(ip, actor, second * 1_000) for ip, actor, second in events]
    columns = [[row[place] for row in rows] for place in range(len(SEEN))]
    recent = Recent()
    recent.add(pa.table(columns, schema=pa.schema([SCHEMA.field(name) for name in SEEN])))
    return Neighbours(recent.between)


def alone(neighbours: Neighbours, kind: str = "actor", until: int = 60, name: str = "bot") -> list[str]:
    """Where it came from, in the two minutes before a second."""
    return neighbours.alone(Subject(kind, name), until * 1_000, CROWD)


def people(count: int, pause: int = 10, ip: str = NAT) -> list[tuple[str, str, int]]:
    """Visits of two pages each, so many seconds apart."""
    return [(ip, f"person {each}", second) for each in range(count) for second in (0, pause)]


BOT = [(NAT, "bot", second) for second in range(30)]


@pytest.mark.parametrize(("neighbours", "shut"), [(0, True), (CROWD - 1, True), (CROWD, False)])
def test_a_crowd_around_it_spares_the_address(neighbours: int, shut: bool) -> None:
    assert alone(seen(*BOT, *people(neighbours))) == ([NAT] if shut else [])


def test_hasty_visits_and_single_pages_are_no_crowd() -> None:
    single = [(NAT, f"single {each}", 5) for each in range(CROWD)]
    assert alone(seen(*BOT, *people(CROWD, pause=1), *single), "session") == [NAT]


def test_each_address_is_judged_by_those_who_come_from_it() -> None:
    found = seen(*BOT, ("203.0.113.2", "bot", 40), *people(CROWD, ip="203.0.113.2"))
    assert alone(found) == [NAT]


@pytest.mark.parametrize("kind", ["ip", "agent", "visitor", "product", "site"])
def test_other_subjects_come_from_nowhere(kind: str) -> None:
    assert alone(seen(*BOT), kind) == []


def test_so_many_addresses_are_put_down_and_no_more() -> None:
    many = [(f"203.0.113.{host}", "bot", host) for host in range(2 * MOST)]
    assert len(alone(seen(*many))) == MOST


def test_nobody_came() -> None:
    assert alone(seen()) == []


def test_moment_after_moment_it_is_as_if_each_were_the_first() -> None:
    events = [(f"203.0.113.{host % 3}", f"visit {host % 40}", host) for host in range(600)]
    moments = [130, 140, 141, 300, 301, 299, 599]
    found = seen(*events)
    for until in moments:
        for visit in range(40):
            name = f"visit {visit}"
            assert alone(found, until=until, name=name) == alone(seen(*events), until=until, name=name)
