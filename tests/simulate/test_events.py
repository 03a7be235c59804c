"""Laws of every simulated store's events."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from footfall.event import PRODUCT_EVENTS, EventType, arrow_schema
from footfall.simulate import Store, shoppers
from tests.simulate import recount
from tests.simulate.conftest import SMALL, TINY, Told, tell

PUBLISHED = {"view", "cart", "remove_from_cart", "purchase"}


def test_days_come_in_order_each_in_the_event_schema(small: Told) -> None:
    assert [day for day, _ in small.days] == [SMALL.start + timedelta(days=index) for index in range(SMALL.days)]
    assert all(table.schema == arrow_schema() for _, table in small.days)


def test_events_are_in_order_of_time_and_on_their_local_day(small: Told) -> None:
    times = small.events["event_time"].to_pylist()
    assert all(before <= after for before, after in pairwise(times))
    zone = ZoneInfo(SMALL.zone)
    for day, table in small.days:
        assert {time.astimezone(zone).date() for time in table["event_time"].to_pylist()} == {day}


def test_every_event_can_be_believed(small: Told) -> None:
    for row in small.rows:
        assert row["event_type"] in set(EventType)
        assert timedelta(0) < row["received_at"] - row["event_time"] < timedelta(seconds=5)
        assert row["user_session"]
        about_product = row["event_type"] in PRODUCT_EVENTS or row["event_type"] == "refund"
        assert (row["product_id"] is not None) == about_product == (row["price"] is not None)
        assert (row["order_id"] is not None) == (row["event_type"] in ("purchase", "refund"))
        assert row["price"] is None or row["price"] > 0
        assert row["quantity"] in (None, 2, 3)


def test_one_product_has_one_category_brand_and_price(small: Told) -> None:
    told = {(row["product_id"], row["category_id"], row["brand"], row["price"]) for row in small.rows}
    assert Counter(product for product, *_ in told if product).most_common(1)[0][1] == 1
    codes = {(row["category_id"], row["category_code"]) for row in small.rows if row["category_id"]}
    assert len(codes) == len({number for number, _ in codes}) == SMALL.categories
    assert {code is None for _, code in codes} == {True, False}
    assert {row["brand"] is None for row in small.rows if row["product_id"]} == {True, False}


def test_figures_are_those_of_a_shop(small: Told) -> None:
    count = Counter(row["event_type"] for row in small.rows)
    assert 4 <= 100 * count["cart"] / count["view"] <= 8
    assert 1.5 <= 100 * count["purchase"] / count["view"] <= 2.5
    assert count["page"] < 0.2 * len(small.rows)
    rate = small.truth.settled_cart_rate
    assert rate is not None
    assert 0.55 < rate < 0.72
    visitors = [day["visitors"] for day in small.truth.days.to_pylist()]
    assert sum(visitors) / len(visitors) == pytest.approx(SMALL.visitors, rel=0.1)


def test_people_move_at_a_human_pace(small: Told) -> None:
    for rows in small.by_session().values():
        for before, after in pairwise(rows):
            pause = after["event_time"] - before["event_time"]
            one_order = before["order_id"] is not None and before["order_id"] == after["order_id"]
            one_stutter = before["event_type"] == after["event_type"] == "cart"
            assert pause < timedelta(minutes=30)
            assert pause > timedelta(seconds=1) or one_order or one_stutter


def test_every_day_is_counted_truly(small: Told) -> None:
    told = {day["day"]: day for day in small.truth.days.to_pylist()}
    rows, zone = list(small.once()), ZoneInfo(SMALL.zone)
    by_day: dict[date, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for visitor, row in zip(recount.visitors(rows), rows, strict=True):
        by_day[row["event_time"].astimezone(zone).date()].append((visitor, row))
    in_carts = {order for cart in recount.carts(rows, small.truth.until) for order in cart.orders}
    begun = Counter(rows[0]["event_time"].astimezone(zone).date() for rows in small.by_session().values())
    for day, table in small.days:
        mine = [row for _, row in by_day[day]]
        kinds = Counter(row["event_type"] for row in mine)
        orders = {row["order_id"] for row in mine if row["event_type"] == "purchase"}
        assert told[day] == {
            "day": day,
            "events": len(table),
            "duplicates": len(table) - len(mine),
            "visitors": len({visitor for visitor, _ in by_day[day]}),
            "sessions": begun[day],
            "views": kinds["view"],
            "carts": kinds["cart"],
            "removals": kinds["remove_from_cart"],
            "purchases": kinds["purchase"],
            "orders": len(orders),
            "direct_orders": len(orders - in_carts),
            "revenue": _money(mine, "purchase"),
            "refunds": kinds["refund"],
            "refunded": _money(mine, "refund"),
        }
    assert sum(day["duplicates"] for day in told.values()) > 0


def _money(rows: list[dict[str, Any]], kind: str) -> int:
    return sum(row["price"] * (row["quantity"] or 1) for row in rows if row["event_type"] == kind)


def test_refunds_send_back_what_was_bought(small: Told) -> None:
    bought = defaultdict(set)
    for row in small.once():
        goods = (row["product_id"], row["quantity"])
        if row["event_type"] == "purchase":
            bought[row["order_id"]].add(goods)
        if row["event_type"] == "refund":
            assert goods in bought[row["order_id"]]


def test_some_log_in_at_the_checkout_and_keep_their_browser(small: Told) -> None:
    late = [
        rows
        for rows in small.by_session().values()
        if rows[0]["user_id"] is None and any(row["event_type"] == "identify" for row in rows)
    ]
    assert len(late) > 20
    for rows in late:
        first = next(place for place, row in enumerate(rows) if row["event_type"] == "identify")
        assert all(row["user_id"] is None for row in rows[:first])
        assert len({row["user_id"] for row in rows[first:]}) == 1
        assert len({row["anon_id"] for row in rows}) == 1


def test_without_pages_only_the_published_types_are_left() -> None:
    told = tell(replace(TINY, pages=False))
    assert {row["event_type"] for row in told.rows} <= PUBLISHED
    counted = {(cart.session, cart.started): cart.state for cart in recount.carts(told.rows, told.truth.until)}
    assert counted == {(cart["user_session"], cart["started"]): cart["state"] for cart in told.truth.carts.to_pylist()}


@pytest.mark.parametrize("zone", ["UTC", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_any_zone_has_its_own_midnights(zone: str) -> None:
    told = tell(replace(TINY, zone=zone, start=date(2025, 4, 3)))
    for day, table in told.days:
        assert {time.astimezone(ZoneInfo(zone)).date() for time in table["event_time"].to_pylist()} == {day}


def test_a_store_where_hardly_anybody_comes() -> None:
    told = tell(Store(days=3, visitors=1, categories=1, products=1, seed=(1 << 32) - 1))
    assert [len(table) for _, table in told.days] == told.truth.days["events"].to_pylist()
    empty = tell(Store(days=2, visitors=1, seed=0))
    assert 0 in [len(table) for _, table in empty.days]
    assert tell(Store(days=1, visitors=1, seed=9)).truth.abandoned_cart_rate is None


def test_a_stuck_client_repeats_its_first_row_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shoppers, "STUCK", 0.3)
    told = tell(TINY)
    stuck = told.truth.sources.to_pylist()
    assert {(row["label"], row["kind"]) for row in stuck} == {("person", "stuck_cart")}
    sessions = told.by_session()
    for source in stuck:
        adds = [row for row in sessions[source["subject"]] if row["event_type"] == "cart"]
        second = adds[0]["event_time"].replace(microsecond=0)
        repeated = [row for row in adds if row["event_time"].replace(microsecond=0) == second]
        assert 13 <= len(repeated) <= 79
        assert len({row["product_id"] for row in repeated}) == 1
    counted = Counter(cart.state for cart in recount.carts(told.rows, told.truth.until))
    assert counted == Counter(told.truth.carts["state"].to_pylist())
