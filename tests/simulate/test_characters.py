"""What each profile is known by."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from footfall.known_bots import owner
from tests.simulate.test_profiles import STORE, whole

Row = dict[str, Any]
PEOPLE = ("flash_sale", "influencer_spike", "office_nat", "carrier_nat", "privacy_relay", "power_shopper", "gift_buyer")


def rows(name: str, seed: int = 5) -> list[Row]:
    told: list[Row] = whole(name, seed).to_pylist()
    return told


def by_session(name: str, seed: int = 5) -> list[list[Row]]:
    """Events of each session, in order."""
    sessions: dict[str, list[Row]] = defaultdict(list)
    for row in rows(name, seed):
        sessions[row["user_session"]].append(row)
    return list(sessions.values())


def distinct(name: str, column: str) -> int:
    return len(whole(name)[column].unique())


def per_second(name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Events of each second."""
    times = whole(name)["event_time"].cast(pa.int64()).to_numpy() // 1_000_000
    return np.bincount(times - times[0])


@pytest.mark.parametrize("name", PEOPLE)
def test_people_move_at_a_human_pace(name: str) -> None:
    for session in by_session(name):
        for before, after in pairwise(session):
            one_order = before["order_id"] is not None and before["order_id"] == after["order_id"]
            twice = before["event_id"] == after["event_id"]
            assert after["event_time"] - before["event_time"] > timedelta(seconds=1) or one_order or twice


def test_floods_have_the_machines_they_are_known_for() -> None:
    assert distinct("naive_flood", "ip") == 1
    assert distinct("botnet_flood", "ip") == 2_000
    assert distinct("low_slow_flood", "ip") == 20_000
    busiest = Counter(whole("low_slow_flood")["ip"].to_pylist()).most_common(1)[0][1]
    assert busiest < 60


def test_a_pulse_strikes_and_falls_silent() -> None:
    seconds = per_second("pulse_flood")
    assert seconds.max() > 40
    assert (seconds == 0).mean() > 0.3


def test_a_ramp_grows_slowly() -> None:
    quarters = [part.sum() for part in np.array_split(per_second("poisoning_ramp"), 4)]
    assert all(after > 1.5 * before for before, after in pairwise(quarters))
    assert quarters[0] > 0


def test_scrapers_change_what_their_names_say() -> None:
    assert distinct("scraper_fixed", "ip") == 1
    assert distinct("scraper_fixed", "user_agent") == 1
    assert distinct("scraper_rotating_address", "ip") >= 40
    assert distinct("scraper_rotating_address", "user_agent") == 1
    assert distinct("scraper_rotating_both", "ip") >= 100
    assert distinct("scraper_rotating_both", "user_agent") >= 10
    assert distinct("agent_switcher", "ip") == 1
    assert max(len({row["user_agent"] for row in session}) for session in by_session("agent_switcher")) >= 4
    for name in ("scraper_fixed", "scraper_rotating_address", "scraper_rotating_both", "price_crawler"):
        assert set(whole(name)["event_type"].to_pylist()) <= {"view", "page"}


def test_a_scraper_sees_product_after_product() -> None:
    viewed = [row["product_id"] for row in rows("scraper_fixed") if row["product_id"]]
    assert len(set(viewed)) > 0.9 * min(len(viewed), STORE.products)


def test_a_hoarder_fills_carts_and_never_buys() -> None:
    kinds = Counter(row["event_type"] for row in rows("cart_hoarder"))
    assert kinds["cart"] > 0.5 * kinds.total()
    assert kinds["purchase"] == 0


def test_most_tested_cards_fail() -> None:
    kinds = Counter(row["event_type"] for row in rows("card_tester"))
    assert kinds["payment_failed"] > 8 * kinds["purchase"]
    assert {row["status"] for row in rows("card_tester") if row["event_type"] == "payment_failed"} == {402}


def test_stuffing_tries_many_accounts_and_few_open() -> None:
    tried = [row for row in rows("credential_stuffing") if row["event_type"] == "login_failed"]
    opened = [row for row in rows("credential_stuffing") if row["event_type"] == "identify"]
    assert len({row["user_id"] for row in tried}) > 0.8 * len(tried)
    assert len(opened) < 0.03 * len(tried)


def test_a_click_farm_looks_once() -> None:
    sessions = by_session("click_farm")
    assert sum(len(session) == 1 for session in sessions) > 0.94 * len(sessions)
    assert len({row["campaign"] for row in rows("click_farm")}) == 1
    assert distinct("click_farm", "user_agent") <= 2


def test_a_scalper_buys_within_seconds() -> None:
    orders = 0
    for session in by_session("scalper"):
        bought = [place for place, row in enumerate(session) if row["event_type"] == "purchase"]
        for place in bought:
            orders += session[place]["event_time"] - session[place - 4]["event_time"] < timedelta(seconds=5)
    assert orders >= 10


def test_a_false_crawler_claims_what_it_is_not() -> None:
    assert all("http" in row["user_agent"] and owner(row["ip"]) is None for row in rows("false_crawler"))


def test_headless_browsers_pause_like_people() -> None:
    pauses = [
        (after["event_time"] - before["event_time"]).total_seconds()
        for session in by_session("headless_human")
        for before, after in pairwise(session)
    ]
    assert min(pauses) > 1
    assert np.std(pauses) > 0.6 * np.mean(pauses)


def test_a_flash_sale_rises_tenfold_and_sells() -> None:
    usual = Counter(row["event_type"] for row in rows("carrier_nat"))
    sale = Counter(row["event_type"] for row in rows("flash_sale"))
    assert sale["purchase"] / sale["view"] > 1.4 * usual["purchase"] / usual["view"]
    assert len(by_session("flash_sale")) > 30


def test_an_influencer_sends_strangers_to_one_product() -> None:
    kinds = Counter(row["event_type"] for row in rows("influencer_spike"))
    assert kinds["cart"] < 0.06 * kinds["view"]
    viewed = Counter(row["product_id"] for row in rows("influencer_spike") if row["event_type"] == "view")
    assert viewed.most_common(1)[0][1] > 0.4 * viewed.total()


def test_shared_addresses_hold_many_people() -> None:
    assert (distinct("office_nat", "ip"), distinct("office_nat", "user_session")) == (1, 300)
    for name in ("carrier_nat", "privacy_relay"):
        assert distinct(name, "user_session") > distinct(name, "ip")
    assert any(len({row["ip"] for row in session}) > 1 for session in by_session("privacy_relay"))


def test_power_shoppers_and_gift_buyers_want_a_lot() -> None:
    for session in by_session("power_shopper"):
        views = [row["event_time"] for row in session if row["event_type"] == "view"]
        if len(views) >= 36:
            assert timedelta(minutes=4) < views[35] - views[0] < timedelta(minutes=30)
    assert max(len(session) for session in by_session("power_shopper")) >= 36
    carts = [sum(row["event_type"] == "cart" for row in session) for session in by_session("gift_buyer")]
    assert max(carts) >= 22
    assert any(row["event_type"] == "purchase" for row in rows("gift_buyer"))


def test_stuck_clients_and_restored_tabs_are_quick_once() -> None:
    for session in by_session("stuck_cart"):
        adds = [row for row in session if row["event_type"] == "cart"]
        same = Counter((row["event_time"].replace(microsecond=0), row["product_id"]) for row in adds)
        assert not adds or same.most_common(1)[0][1] >= 78
    for session in by_session("tab_restore"):
        views = [row["event_time"] for row in session if row["event_type"] == "view"]
        assert len(views) < 12 or views[11] - views[0] < timedelta(seconds=2)
    assert any(len(session) > 12 for session in by_session("tab_restore"))


def test_clients_try_again_while_the_shop_is_down() -> None:
    failed = [row["event_time"] for row in rows("retry_storm") if row["status"] == 503]
    assert failed
    assert max(failed) - min(failed) < timedelta(seconds=200)


def test_some_arrivals_are_late_and_some_clocks_are_fast() -> None:
    assert all(row["received_at"] - row["event_time"] > timedelta(seconds=5) for row in rows("backfill"))
    received = [row["received_at"] for row in rows("backfill")]
    assert max(received) - min(received) <= timedelta(minutes=1)
    lags = [(row["received_at"] - row["event_time"]).total_seconds() for row in rows("clock_skew")]
    assert min(lags) < -1
    assert max(lags) > 5


def test_people_fail_a_few_times_at_most() -> None:
    assert all(len(session) <= 5 for session in by_session("mistyped"))
    assert {row["event_type"] for row in rows("mistyped")} == {"login_failed", "payment_failed"}
    assert sum(row["event_type"] == "payment_failed" for row in rows("quiet_night")) <= 3
