"""Laws that every attacker and every look-alike keeps."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from footfall.event import arrow_schema
from footfall.ingest.validate import validate
from footfall.known_bots import owner
from footfall.simulate import SOURCES, Profile, Store, attackers, kinds, lookalikes, scenario, simulate
from footfall.simulate.days import SECOND, calendar
from footfall.simulate.world import world

STORE = Store(days=2, visitors=2_000, seed=11, categories=12, products=900)
DAYS = calendar(STORE)
CRAWLERS = {"uptime_monitor", "verified_crawler"}
UNTIMELY = {"backfill", "clock_skew"}
ALIKE = sorted(set(kinds()) - UNTIMELY)
NAMES = list(kinds())

ASKED = {
    "naive_flood",
    "botnet_flood",
    "low_slow_flood",
    "pulse_flood",
    "scraper_fixed",
    "scraper_rotating_address",
    "scraper_rotating_both",
    "headless_human",
    "cart_hoarder",
    "card_tester",
    "credential_stuffing",
    "price_crawler",
    "click_farm",
    "poisoning_ramp",
    "scalper",
    "false_crawler",
    "agent_switcher",
}
QUIET = {
    "flash_sale",
    "influencer_spike",
    "office_nat",
    "carrier_nat",
    "privacy_relay",
    "power_shopper",
    "gift_buyer",
    "retry_storm",
    "stuck_cart",
    "uptime_monitor",
    "verified_crawler",
    "backfill",
    "clock_skew",
    "tab_restore",
    "quiet_night",
    "mistyped",
}


def profile(name: str, seed: int = 5) -> Profile:
    """One over the midnight between the two days."""
    seconds = sum(kinds()[name].seconds) / 2
    return Profile(name, STORE, seed, DAYS[0].end - round(0.5 * seconds * SECOND), seconds)


def whole(name: str, seed: int = 5) -> pa.Table:
    """The events of both days."""
    return pa.concat_tables([profile(name, seed).events(day) for day in DAYS])


def actor(row: dict[str, Any]) -> tuple[str, str]:
    """Who acts, worked out row by row."""
    if row["user_session"] is not None:
        return "session", row["user_session"]
    return "actor", f"{row['ip']} {row['user_agent']}"


def test_nothing_that_was_asked_for_is_missing() -> None:
    assert set(attackers()) == ASKED
    assert set(lookalikes()) == QUIET
    assert len({kind.title for kind in kinds().values()}) == len(kinds())


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_keeps_to_its_days_and_its_time(name: str) -> None:
    mine = profile(name)
    for day in DAYS:
        events = mine.events(day)
        assert events.schema == arrow_schema()
        times = events["event_time"].cast(pa.int64()).to_numpy()
        assert (np.diff(times) >= 0).all()
        assert (times >= max(day.start, mine.start)).all()
        assert (times < min(day.end, mine.end)).all()
    assert len(whole(name))
    early = Profile(name, STORE, 5, DAYS[0].start - 10**13, 60)
    assert [early.events(day).num_rows for day in DAYS] == [0, 0]


@pytest.mark.parametrize("name", NAMES)
def test_every_event_is_valid(name: str) -> None:
    events = whole(name)
    good, reasons = validate(events)
    assert len(good) == len(events), reasons.texts
    ids = events["event_id"].to_pylist()
    told = {(row["event_id"], row["event_time"], row["event_type"]) for row in events.to_pylist()}
    assert len(set(ids)) == len(told)
    assert len(set(ids)) > 0.99 * len(ids)


@pytest.mark.parametrize("name", NAMES)
def test_every_actor_is_labelled_and_nobody_else(name: str) -> None:
    seen: dict[tuple[str, str], list[datetime]] = {}
    for row in whole(name).to_pylist():
        seen.setdefault(actor(row), []).append(row["event_time"])
    sources = profile(name).sources()
    assert sources.schema == SOURCES
    told = {(row["subject_kind"], row["subject"]): (row["since"], row["until"]) for row in sources.to_pylist()}
    assert told == {who: (min(times), max(times)) for who, times in seen.items()}
    assert len(told) == len(sources)
    bot = name in attackers() or name in CRAWLERS
    assert set(sources["label"].to_pylist()) == {"bot" if bot else "person"}
    assert set(sources["kind"].to_pylist()) == {name}


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_the_same_again_and_another_with_another_seed(name: str) -> None:
    copy = pickle.loads(pickle.dumps(profile(name)))
    events = whole(name)
    assert copy == profile(name)
    assert pa.concat_tables([copy.events(day) for day in DAYS]) == events
    assert whole(name, 6)["event_id"].to_pylist() != events["event_id"].to_pylist()


@pytest.mark.parametrize("name", NAMES)
def test_goods_are_those_of_the_store(name: str) -> None:
    catalogue = world(STORE).catalogue
    shop = {
        str(number): (str(catalogue.category_id[category]), catalogue.pair_brand[pair], price)
        for number, category, pair, price in zip(
            catalogue.product_id.tolist(),
            catalogue.category.tolist(),
            catalogue.pair.tolist(),
            catalogue.price.tolist(),
            strict=True,
        )
    }
    for row in whole(name).to_pylist():
        if row["product_id"] is not None:
            assert shop[row["product_id"]] == (row["category_id"], row["brand"], row["price"])
        assert (row["order_id"] is not None) == (row["event_type"] in ("purchase", "refund"))
        assert row["path"].startswith("/")


@pytest.mark.parametrize("name", ALIKE)
def test_events_arrive_in_time(name: str) -> None:
    for row in whole(name).to_pylist():
        assert timedelta(0) < row["received_at"] - row["event_time"] < timedelta(seconds=5)


@pytest.mark.parametrize("name", NAMES)
def test_only_crawlers_come_from_published_ranges(name: str) -> None:
    found = {owner(ip) is not None for ip in whole(name)["ip"].unique().to_pylist()}
    assert found == {name in CRAWLERS}


@pytest.mark.parametrize("name", sorted(set(attackers())))
def test_strength_is_more_of_the_same(name: str) -> None:
    weak = Profile(name, STORE, 5, DAYS[0].start, 1_500, 0.5)
    strong = Profile(name, STORE, 5, DAYS[0].start, 1_500, 4)
    assert strong.events(DAYS[0]).num_rows > 2.5 * weak.events(DAYS[0]).num_rows > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_short_profile_still_does_something(name: str) -> None:
    assert Profile(name, STORE, 5, DAYS[0].start + 20 * 3_600 * SECOND, 90, 2).events(DAYS[0]).num_rows


def test_a_profile_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no such profile: nonsense; there are agent_switcher, "):
        Profile("nonsense", STORE, 1, DAYS[0].start, 60).events(DAYS[0])


def test_populations_and_shoppers_are_never_the_same() -> None:
    run = simulate(STORE, scenario(STORE, 3))
    events = pa.concat_tables(events for _, events in run)
    sources = run.truth.sources
    subjects = sources["subject"].to_pylist()
    assert len(subjects) == len(set(subjects))
    alone = simulate(STORE)
    shoppers = pa.concat_tables(events for _, events in alone)
    assert not set(shoppers["user_session"].to_pylist()) & (
        set(subjects) - set(alone.truth.sources["subject"].to_pylist())
    )
    ids = set(shoppers["event_id"].to_pylist())
    assert sum(number in ids for number in events["event_id"].to_pylist()) == len(shoppers)
    assert run.truth.carts == alone.truth.carts
    earliest = min(sources["since"].to_pylist())
    assert earliest > datetime.fromtimestamp(DAYS[0].start / SECOND, UTC)
