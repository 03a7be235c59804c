"""Segment's and RudderStack's events as rows."""

from __future__ import annotations

from typing import Any

import pytest

from footfall.ingest.dialects import Arrival, RefusedError, segment
from tests.ingest.dialects.told import AT, told

NOW = Arrival(received_at=AT, ip="198.51.100.7", user_agent="Browser/1")
WHO = {"userId": "u", "anonymousId": "a", "messageId": "m", "timestamp": "2026-11-23T03:16:02.453Z"}
SAME = {"event_time": "2026-11-23T03:16:02.453Z", "user_id": "u", "anon_id": "a", "event_id": "m"}
FROM = {"ip": "198.51.100.7", "user_agent": "Browser/1"}
SHIRT = {"product_id": "p", "category": "a.b", "brand": "acme", "price": 19.99, "quantity": 2}
SHIRT_ROW = {"product_id": "p", "category_code": "a.b", "brand": "acme", "price": 1999, "quantity": 2}


def rows(event: dict[str, Any], arrival: Arrival = NOW) -> list[dict[str, Any]]:
    return told(segment.rows(WHO | event, arrival))


def track(name: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "properties": properties}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Product Viewed", "view"),
        ("Viewed Product", "view"),
        ("Product Added", "cart"),
        ("product_added", "cart"),
        ("add_to_cart", "cart"),
        ("Product Removed", "remove_from_cart"),
        ("Order Completed", "purchase"),
        ("Completed Order", "purchase"),
        ("Order Refunded", "refund"),
        ("Signed In", "identify"),
        ("Login Failed", "login_failed"),
        ("Payment Failed", "payment_failed"),
    ],
)
def test_the_names_of_the_ecommerce_spec(name: str, kind: str) -> None:
    assert rows(track(name, **SHIRT)) == [{**SAME, **FROM, **SHIRT_ROW, "event_type": kind}]


@pytest.mark.parametrize("name", ["Checkout Started", "Product List Viewed", "Cart Viewed", "Newsletter"])
def test_what_is_no_act_of_the_store_is_evidence_with_its_name(name: str) -> None:
    row = {**SAME, **FROM, "event_type": "request", "extra": {"event": name, "step": 1}}
    assert rows(track(name, step=1)) == [row]


def test_an_order_is_a_purchase_of_each_product() -> None:
    lines = [{**SHIRT, "name": "Shirt"}, {"product_id": "q", "price": "5"}, {"sku": "r"}]
    first, second, third = rows(track("Order Completed", order_id="o", currency="EUR", total=44.98, products=lines))
    shared = {**SAME, **FROM, "event_type": "purchase", "order_id": "o", "currency": "EUR"}
    assert first == {**shared, **SHIRT_ROW, "extra": {"total": 44.98, "name": "Shirt"}}
    assert second == {**shared, "product_id": "q", "price": 500, "event_id": "m.2", "extra": {"total": 44.98}}
    assert third == {**shared, "product_id": "r", "event_id": "m.3", "extra": {"total": 44.98}}


def test_a_refund_of_a_whole_order_is_its_total_and_of_products_theirs() -> None:
    whole = rows(track("Order Refunded", order_id="o", total=30))
    assert [(row["price"], row["order_id"]) for row in whole] == [(3000, "o")]
    assert "product_id" not in whole[0]
    part = rows(track("Order Refunded", order_id="o", total=30, products=[SHIRT]))
    assert [(row["price"], row["product_id"], row["quantity"]) for row in part] == [(1999, "p", 2)]


@pytest.mark.parametrize(
    ("currency", "store", "price"),
    [("JPY", 2, 20), ("KWD", 2, 19_990), ("USD", 0, 1999), (None, 0, 20), (None, 3, 19_990)],
)
def test_money_has_the_digits_of_its_currency_or_else_of_the_store(
    currency: str | None, store: int, price: int
) -> None:
    properties = {"product_id": "p", "price": 19.99, "currency": currency}
    assert rows(track("Product Viewed", **properties), Arrival(store, AT))[0]["price"] == price


def test_a_page_tells_where_whence_and_by_which_campaign() -> None:
    page = {"url": "https://shop.example/p?utm_source=mail&x=1", "path": "/p", "referrer": "https://search.example/"}
    expected = {"path": "/p?utm_source=mail&x=1", "referrer": "https://search.example/", "campaign": "mail"}
    assert rows({"type": "page", "context": {"page": page}}) == [{**SAME, **FROM, **expected, "event_type": "page"}]
    named = rows({"type": "page", "context": {"page": page, "campaign": {"source": "ad", "name": "autumn"}}})
    assert named[0]["campaign"] == "ad"


def test_a_link_of_browser_and_customer() -> None:
    assert rows({"type": "identify", "traits": {"plan": "gold"}}) == [
        {**SAME, **FROM, "event_type": "identify", "extra": {"traits": {"plan": "gold"}}}
    ]
    alias = {"type": "alias", "previousId": "b", "anonymousId": None}
    assert rows(alias) == [{**SAME, **FROM, "event_type": "identify", "anon_id": "b"}]


def test_what_else_is_known_is_kept() -> None:
    context = {"ip": "203.0.113.9", "locale": "en", "library": {"name": "x"}, "sessionId": 17}
    row = rows(
        {"type": "track", "event": "Product Viewed", "properties": SHIRT | {"colour": "red"}, "context": context}
    )
    assert row[0]["extra"] == {"colour": "red", "context": {"locale": "en"}}
    assert row[0]["user_session"] == "17"


@pytest.mark.parametrize(
    ("arrival", "ip", "agent"),
    [
        (NOW, "203.0.113.9", "Told/1"),
        (
            Arrival(received_at=AT, ip="198.51.100.7", user_agent="Browser/1", believes=False),
            "198.51.100.7",
            "Browser/1",
        ),
        (Arrival(received_at=AT), "203.0.113.9", "Told/1"),
    ],
)
def test_the_address_that_is_believed(arrival: Arrival, ip: str, agent: str) -> None:
    row = rows({"type": "page", "context": {"ip": "203.0.113.9", "userAgent": "Told/1"}}, arrival)[0]
    assert (row["ip"], row["user_agent"]) == (ip, agent)


def test_a_server_that_does_not_tell_the_visitors_address_leaves_it_open() -> None:
    row = rows({"type": "page"}, Arrival(received_at=AT))[0]
    assert "ip" not in row
    assert "user_agent" not in row


HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("event", "time"),
    [
        ({"sentAt": "2026-11-23T03:16:02.999Z"}, "2026-11-23T03:16:02.453Z"),
        ({"sentAt": "2026-11-23T04:16:03.000Z"}, "2026-11-23T02:16:02.453000Z"),
        ({"originalTimestamp": "2026-11-23T03:16:01.000Z"}, "2026-11-23T03:16:01.000Z"),
        ({"sentAt": "2026-11-23T04:16:03Z", "receivedAt": "2026-11-23T03:17:00Z"}, "2026-11-23T03:16:02.453Z"),
        ({"timestamp": None}, "2026-11-23T03:16:03.000000Z"),
        ({"timestamp": 1795403762453}, "2026-11-23T03:16:02.453000Z"),
    ],
)
def test_a_wrong_clock_is_set_right_by_when_it_says_that_it_sent(event: dict[str, Any], time: str) -> None:
    assert rows({"type": "page", **event})[0]["event_time"] == time


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"type": "click"}, "type"),
        ({"type": "track"}, "event"),
        ({"type": "track", "event": "Product Viewed", "properties": []}, "properties"),
        (track("Order Completed", products=[1]), "products"),
        (track("Order Completed", products="p"), "products"),
        (track("Product Viewed", product_id="p", price=-1), "price"),
        (track("Product Viewed", product_id="p", price="1e400"), "price"),
        (track("Product Viewed", product_id="p", price="nan"), "price"),
        (track("Product Viewed", product_id="p", quantity=0.5), "quantity"),
        ({"type": "page", "userId": {"id": 1}}, "not text"),
        ({"type": "page", "context": 1}, "context"),
        ({"type": "page", "timestamp": [1]}, "event_time"),
        ({"type": "page", "sentAt": "soon"}, "event_time"),
    ],
)
def test_a_bad_event_says_why(event: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        rows(event)


def test_a_batch_shares_what_is_said_once() -> None:
    shared = {"sentAt": "2026-11-23T04:16:03Z", "context": {"ip": "203.0.113.9"}, "writeKey": "k"}
    events: list[Any] = list(
        segment.events({**shared, "batch": [{**WHO, "type": "page"}, 1, {**WHO, "type": "page", "context": {}}]})
    )
    assert told(segment.rows(events[0], NOW))[0]["event_time"] == "2026-11-23T02:16:02.453000Z"
    assert [event if event == 1 else event["context"] for event in events] == [{"ip": "203.0.113.9"}, 1, {}]
    assert list(segment.events({"event": "x"}, "track")) == [{"event": "x", "type": "track"}]
    nothing: list[Any] = [[], 1, None, {"batch": {}}]
    for bad in nothing:
        with pytest.raises(RefusedError):
            list(segment.events(bad))
