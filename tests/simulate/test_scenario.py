"""The standard scenario, and the store that is open now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pyarrow as pa
import pytest

from footfall.event import arrow_schema
from footfall.simulate import Profile, Store, attack, attackers, kinds, live, profiles, scenario, simulate
from footfall.simulate.days import HOUR, SECOND, calendar
from tests.simulate.test_profiles import STORE

NOON = datetime(2025, 11, 4, 12, 0, tzinfo=UTC)


def test_every_kind_once_and_never_outside_the_days() -> None:
    laid = scenario(STORE, 7)
    assert sorted(profile.name for profile in laid) == sorted(kinds())
    days = calendar(STORE)
    for profile in laid:
        assert days[0].start + 3 * HOUR <= profile.start
        assert profile.end <= days[-1].end
    assert scenario(STORE, 7) == laid
    seeds = {profile.seed for profile in laid}
    assert len(seeds) == len(laid)
    assert not seeds & {profile.seed for profile in scenario(STORE, 8)}


@pytest.mark.parametrize("seed", range(4))
def test_floods_do_not_meet(seed: int) -> None:
    floods = [each for each in scenario(STORE, seed) if kinds()[each.name].flood]
    for before, after in pairwise(floods):
        assert before.end < after.start


def test_the_caller_chooses() -> None:
    two = scenario(STORE, 1, {"naive_flood", "office_nat"}, times=3)
    assert sorted(profile.name for profile in two) == ["naive_flood"] * 3 + ["office_nat"] * 3
    later = scenario(STORE, 1, since=NOON, until=NOON + timedelta(hours=9))
    assert all(NOON.timestamp() * SECOND <= profile.start for profile in later)
    assert all(profile.end <= (NOON + timedelta(hours=9)).timestamp() * SECOND for profile in later)
    with pytest.raises(ValueError, match="no such profile: nonsense; there are "):
        scenario(STORE, 1, {"nonsense"})
    with pytest.raises(ValueError, match="lasts at least"):
        scenario(STORE, 1, since=NOON, until=NOON + timedelta(seconds=30))


def test_offices_are_open_by_day() -> None:
    for seed in range(5):
        (office,) = scenario(STORE, seed, {"office_nat"})
        hour = (office.start - calendar(STORE)[0].start) / HOUR % 24
        assert 8 <= hour < 15


def test_the_scenario_is_the_same_from_two_processes() -> None:
    laid = scenario(STORE, 4)
    alone, together = simulate(STORE, laid), simulate(replace(STORE, processes=2), laid)
    for (day, mine), (other, theirs) in zip(alone, together, strict=True):
        assert day == other
        assert mine == theirs
    assert alone.truth.sources == together.truth.sources
    told = profiles(together.truth)
    assert set(kinds()) == set(told["kind"].to_pylist())
    assert sum(told["sources"].to_pylist()) == len(together.truth.sources)


def test_attacks_share_no_addresses() -> None:
    laid = [profile for profile in scenario(STORE, 4) if profile.name in attackers()]
    users = defaultdict(set)
    for profile in laid:
        for day in calendar(STORE):
            for ip in profile.events(day)["ip"].unique().to_pylist():
                users[ip].add(profile.name)
    shared = [ip for ip, names in users.items() if len(names) > 1]
    assert len(shared) < 0.001 * len(users)


def listen(seconds: float, rate: float, others: tuple[Profile, ...] = ()) -> list[pa.Table]:
    """What a live store sends within so many seconds."""
    batches = []
    for batch in live(STORE, others, rate, NOON):
        if batch["received_at"][0].as_py() >= NOON + timedelta(seconds=seconds):
            break
        batches.append(batch)
    return batches


def test_a_live_store_sends_small_batches_in_order_of_arrival() -> None:
    batches = listen(900, 20)
    last = NOON
    for batch in batches:
        assert batch.schema == arrow_schema()
        received = batch["received_at"].to_pylist()
        assert received == sorted(received)
        assert last <= received[0]
        assert received[-1] - received[0] < timedelta(seconds=0.25)
        last = received[-1]
    events = pa.concat_tables(batches)
    assert len(events) / 900 == pytest.approx(20, rel=0.15)
    ids = events["event_id"].to_pylist()
    assert len(set(ids)) > 0.99 * len(ids)
    assert {"view", "cart", "purchase", "page"} <= set(events["event_type"].to_pylist())
    first = sum(len(batch) for batch in batches if batch["received_at"][0].as_py() < NOON + timedelta(seconds=300))
    assert first / 300 == pytest.approx(20, rel=0.25)


def test_a_live_store_can_be_attacked_and_is_the_same_again() -> None:
    flood = Profile("naive_flood", STORE, 1, round((NOON.timestamp() + 20) * SECOND), 30)
    quiet, loud = pa.concat_tables(listen(60, 5)), pa.concat_tables(listen(60, 5, (flood,)))
    own = sum(flood.events(day).num_rows for day in calendar(Store(start=NOON.date(), days=1)))
    assert len(loud) == len(quiet) + own
    assert pa.concat_tables(listen(60, 5)) == quiet


@pytest.mark.parametrize("name", ["botnet_flood", "card_tester", "backfill"])
def test_an_attack_alone_is_bounded_and_in_order(name: str) -> None:
    batches = list(attack(name, 2, NOON, 60, 25))
    delays = [delay for delay, _ in batches]
    assert delays == sorted(delays)
    assert delays[0] > 0
    assert 0 < sum(len(batch) for _, batch in batches) <= 25 * 60
    received = [at for _, batch in batches for at in batch["received_at"].to_pylist()]
    assert received == sorted(received)
    assert all(batch.schema == arrow_schema() for _, batch in batches)


def test_an_attack_at_its_own_pace() -> None:
    (_, first), *_ = islice(attack("naive_flood", 2, NOON, 60, store=STORE), 1)
    assert first["event_time"][0].as_py() >= NOON
    with pytest.raises(ValueError, match="no such profile"):
        next(attack("nonsense", 2, NOON, 60))
