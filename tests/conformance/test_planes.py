"""The law of equal answers, for the guard: both planes say the same of the same events, whatever befalls the responder.

What they need not say alike, and nothing else is left out of the comparison:

- warnings that no closed window confirmed, and when people are told: the embedded guard warns of windows still open,
  the responder of windows that are closed and not settled;
- what was received out of order by more than the allowed lateness: between shards nobody knows the order;
- clocks that are more than a minute ahead: the responder does not look for their events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from footfall.aws.records import Record
from footfall.aws.sentry import SETTLED
from footfall.detect.verdicts import CROWD
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Severity
from footfall.layout import Layout
from footfall.simulate import Store, simulate
from footfall.simulate.profiles import Profile
from tests.conformance.planes import (
    Broken,
    Kept,
    Line,
    Shaky,
    Shelf,
    attacks,
    by_reception,
    different,
    embedded,
    kept,
    responded,
    shelf,
    told,
)
from tests.conftest import temporary_folder

STORE = Store(days=1, visitors=3_000, seed=5, zone="UTC")
SECOND = 1_000_000
MINUTE = 60 * SECOND
TEN = int(datetime(2025, 9, 1, 10, tzinfo=UTC).timestamp()) * SECOND
PAST = 90 * MINUTE
"""Before the attack: what is usual is learnt for a quarter of an hour and more."""
ATTACKS = {
    "flash_sale": (1_200, 1.0),
    "botnet_flood": (180, 0.3),
    "low_slow_flood": (1_500, 0.15),
    "pulse_flood": (480, 0.3),
    "card_tester": (600, 1.0),
    "scraper_fixed": (600, 1.0),
    "scraper_rotating_address": (1_200, 1.0),
    "cart_hoarder": (600, 1.0),
    "credential_stuffing": (600, 1.0),
    "scalper": (600, 1.0),
    "shared_address": (90, 0.2),
}
"""How long each lasts, seconds, and how strong it is."""
SAID: dict[str, set[str]] = {
    "flash_sale": set(),
    "botnet_flood": {"surge", "rotating_scraper"},
    "low_slow_flood": {"surge"},
    "pulse_flood": {"pulse_flood"},
    "card_tester": {"card_test"},
    "scraper_fixed": {"catalogue_walk"},
    "scraper_rotating_address": {"rotating_scraper"},
    "cart_hoarder": {"cart_hoard"},
    "credential_stuffing": {"credential_stuffing"},
    "scalper": {"scalper"},
    "shared_address": {"source_flood"},
}
"""Rules that must have found an attack, lest both planes agree on silence."""
QUICK = ("botnet_flood", "card_tester", "shared_address")


@cache
def events(name: str) -> pa.Table:
    """A store that something happens to, in order of arrival."""
    seconds, strength = ATTACKS[name]
    profiles = [Profile(name, STORE, 7, TEN, seconds, strength)] if name != "shared_address" else []
    found = pa.concat_tables([day for _, day in simulate(STORE, profiles)])
    if name == "shared_address":
        found = pa.concat_tables([found, *office(seconds, strength)])
    return by_reception(_between(found, TEN - PAST, TEN + round(seconds) * SECOND + 10 * MINUTE))


def _between(found: pa.Table, since: int, until: int) -> pa.Table:
    times = found["event_time"].cast(pa.int64())
    return found.filter(pc.and_(pc.greater_equal(times, since), pc.less(times, until)))


def office(seconds: float, strength: float) -> Iterator[pa.Table]:
    """Colleagues who shop behind one address, and a load tool that one of them starts there."""
    people = Profile("office_nat", STORE, 7, TEN - 30 * MINUTE, 3_600.0, 1.0)
    flood = Profile("naive_flood", STORE, 7, TEN, seconds, strength)
    days = [pa.concat_tables([day for _, day in simulate(STORE, [each])]) for each in (people, flood)]
    sources = [each.sources() for each in (people, flood)]
    of = [_of(day, source) for day, source in zip(days, sources, strict=True)]
    address = of[0]["ip"][0].as_py()
    yield of[0]
    yield of[1].set_column(of[1].schema.get_field_index("ip"), "ip", pa.array([address] * len(of[1])))


def _of(day: pa.Table, sources: pa.Table) -> pa.Table:
    """The events of some sources: sessions, or an address and an agent."""
    actor = pc.binary_join_element_wise(day["ip"], day["user_agent"], " ", null_handling="replace")
    return day.filter(pc.is_in(pc.coalesce(day["user_session"], actor), value_set=sources["subject"].combine_chunks()))


@cache
def lines(name: str) -> list[Line]:
    """What Flink would say of it."""
    return told(events(name))


@cache
def expected(name: str) -> Kept:
    """The embedded guard's record."""
    with temporary_folder() as folder:
        store = EmbeddedIncidents(Layout(folder))
        embedded(events(name), store)
        return kept(store)


def watched(name: str, stream: Any, **given: Any) -> tuple[Kept, int]:
    """The responder's record, and how many windows were judged without their events."""
    with temporary_folder() as folder:
        store = EmbeddedIncidents(Layout(folder))
        unseen = responded(lines(name), stream, store, **given)
        return kept(store), unseen


def cuts(seed: int, many: int, name: str) -> list[int]:
    """Where a new batch of signals begins."""
    chance = np.random.default_rng(seed)
    return sorted(set(chance.integers(1, len(lines(name)), many).tolist()))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in ATTACKS]
)
def test_both_planes_say_the_same(name: str) -> None:
    found, _ = watched(name, shelf(events(name)), cuts=cuts(1, 60, name))
    assert not different(expected(name), found)
    assert attacks(found) >= SAID[name]
    assert found["incidents"] or name == "flash_sale"


@pytest.mark.slow
def test_a_flash_crowd_is_told_as_a_crowd_and_never_as_an_attack() -> None:
    found, _ = watched("flash_sale", shelf(events("flash_sale")))
    assert {(each.rule, each.severity) for each in found["incidents"].values()} == {("surge", Severity.INFO)}
    assert not found["verdicts"]


def test_an_attack_on_the_whole_store_names_who_makes_it_up() -> None:
    found, _ = watched("botnet_flood", shelf(events("botnet_flood")))
    (surge,) = [each for each in found["alerts"].values() if each.rule == "surge"]
    assert len(surge.members) > 300
    assert len(surge.evidence["samples"]) == 5
    assert sum(each.rule == "surge" for each in found["verdicts"].values()) == len(surge.members)


def test_a_shared_address_is_judged_and_spared() -> None:
    found, _ = watched("shared_address", shelf(events("shared_address")))
    judged = [each for each in found["verdicts"].values() if each.rule == "source_flood"]
    assert judged
    assert all(each.evidence["people"] >= CROWD for each in judged)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["botnet_flood", "card_tester", "scraper_fixed"])
def test_batches_lost_memory_and_pages_do_not_matter(name: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    stream = replace(shelf(events(name), shards=1 + seed), page=int(chance.integers(5, 900)))
    restarts = chance.integers(0, 30, 4).tolist()
    found, _ = watched(name, stream, cuts=cuts(seed, 30, name), restarts=restarts)
    assert not different(expected(name), found)


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        pytest.param(name, seed, marks=() if seed == 1 else pytest.mark.slow)
        for name in ("botnet_flood", "card_tester", "scraper_fixed")
        for seed in (1, 2, 3)
    ],
)
def test_what_is_told_again_and_what_is_a_little_out_of_order_do_not_matter(name: str, seed: int) -> None:
    """The application crashes and goes on from a checkpoint of some minutes before; its stream refuses records for a
    moment, so that what ended within less than `SETTLED` comes in any order."""
    chance = np.random.default_rng(seed)
    *signals, tick = lines(name)
    late = chance.integers(0, SETTLED, len(signals)).tolist()
    order = sorted(range(len(signals)), key=lambda place: (signals[place]["window_end"] + late[place], place))
    said, again = list[Line](), list[Line]()
    crashes = set(chance.integers(1, len(signals), 4).tolist())
    for place in order:
        said.append(signals[place])
        if len(said) in crashes:
            back = said[-1]["window_end"] - int(chance.integers(10_000, 900_000))
            again = [each for each in said if each["window_end"] > back]
            said += sorted(again, key=lambda each: int(each["window_end"]))
    assert len(said) > len(signals) + 10
    with temporary_folder() as folder:
        store = EmbeddedIncidents(Layout(folder))
        points = sorted(set(chance.integers(1, len(said), 60).tolist()))
        responded([*said, tick], shelf(events(name)), store, cuts=points, restarts=[7, 30])
        assert not different(expected(name), kept(store))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ["botnet_flood", "scraper_fixed"])
def test_a_stream_and_a_store_that_fail_now_and_then_do_not_matter(name: str, seed: int) -> None:
    with temporary_folder() as folder:
        store = Shaky(Layout(folder), seed)
        responded(lines(name), Broken(shelf(events(name)).held, chance=seed), store, cuts=cuts(seed, 30, name))
        assert store.failed > 5
        assert not different(expected(name), kept(store))


@pytest.mark.parametrize("name", ["card_tester", "scalper"])
def test_what_comes_after_a_window_was_judged_changes_nothing(name: str) -> None:
    """Else a responder that begins anew would find more than the first one had, and say something else."""
    stream = shelf(events(name))
    for shard, held in stream.held.items():
        again = [
            (each.arrived + 20 * 60_000, each.data.replace(b'"event_id":"', b'"event_id":"late-')) for each in held
        ]
        both = sorted([*((each.arrived, each.data) for each in held), *again])
        stream.held[shard] = [Record(number, *told) for number, told in enumerate(both, 1)]
    found, _ = watched(name, stream)
    assert not different(expected(name), found)


def test_a_record_that_the_stream_took_twice_counts_once() -> None:
    name, twice = "card_tester", Shelf()
    for shard, held in shelf(events(name)).held.items():
        twice.held[shard] = [
            Record(2 * n + more, each.arrived, each.data) for n, each in enumerate(held) for more in (1, 2)
        ]
    found, _ = watched(name, twice)
    assert not different(expected(name), found)


@pytest.mark.parametrize("name", ["card_tester", "scalper"])
def test_what_a_client_sends_again_counts_once_on_both_planes(name: str) -> None:
    """Every event again a second later: the record is that of each once, but for what it says of their receipt."""
    once = events(name)
    received = once["received_at"]
    later = pc.add(received, pa.scalar(SECOND, pa.duration("us"))).cast(received.type)
    again = once.set_column(once.schema.get_field_index("received_at"), "received_at", later)
    both = by_reception(pa.concat_tables([once, again]))
    with temporary_folder() as folder:
        store = EmbeddedIncidents(Layout(folder / "embedded"))
        embedded(both, store)
        assert not different(expected(name), kept(store))
        store = EmbeddedIncidents(Layout(folder / "aws"))
        responded(told(both), shelf(both), store, cuts=cuts(1, 60, name))
        assert not different(expected(name), kept(store))


@pytest.mark.parametrize("why", ["gone", "too many"])
def test_where_events_cannot_be_had_it_says_so_and_blames_nobody(why: str) -> None:
    """A surge is a crowd then, and what would have to be confirmed adds to the store's score, which may call people."""
    name = "botnet_flood"
    limits = {"most": 50} if why == "too many" else {"later": 25 * 3_600_000}
    found, unseen = watched(name, shelf(events(name)), cuts=cuts(1, 60, name), **limits)
    assert unseen > 10
    assert {(each.rule, each.severity) for each in found["alerts"].values()} == {("surge", Severity.INFO)}
    assert not any("samples" in each.evidence or each.members for each in found["alerts"].values())
    assert not found["verdicts"]
