"""Snowplow's events as rows."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest

from footfall.ingest.dialects import Arrival, RefusedError, snowplow
from tests.ingest.dialects.told import AT, told

NOW = Arrival(received_at=AT, ip="198.51.100.7", user_agent="Browser/1")
WHO = {"uid": "u", "duid": "a", "sid": "s", "eid": "m", "dtm": "1795403762453", "p": "web", "tv": "js"}
SAME = {
    "event_time": "2026-11-23T03:16:02.453000Z",
    "user_id": "u",
    "anon_id": "a",
    "user_session": "s",
    "event_id": "m",
    "ip": "198.51.100.7",
    "user_agent": "Browser/1",
}
SHOP = "iglu:com.snowplowanalytics.snowplow.ecommerce/{}/jsonschema/1-0-0"
GOOGLE = "iglu:com.google.analytics.enhanced-ecommerce/{}/jsonschema/1-0-0"
SHIRT = {"id": "p", "category": "a / b", "brand": "acme", "price": 19.99, "quantity": 2, "currency": "USD"}
SHIRT_ROW = {
    "product_id": "p",
    "category_code": "a.b",
    "brand": "acme",
    "price": 1999,
    "quantity": 2,
    "currency": "USD",
}


def rows(event: dict[str, Any], arrival: Arrival = NOW) -> list[dict[str, Any]]:
    return told(snowplow.rows(WHO | event, arrival))


def envelope(data: Any) -> dict[str, Any]:
    return {"schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0", "data": data}


def unstructured(schema: str, data: Any, *about: tuple[str, Any]) -> dict[str, Any]:
    entities = [{"schema": name, "data": entity} for name, entity in about]
    event = {"e": "ue", "ue_pr": json.dumps(envelope({"schema": schema, "data": data}))}
    return event | ({"co": json.dumps(envelope(entities))} if entities else {})


def action(kind: str, *about: tuple[str, Any]) -> dict[str, Any]:
    return unstructured(SHOP.format("snowplow_ecommerce_action"), {"type": kind}, *about)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("product_view", "view"), ("add_to_cart", "cart"), ("remove_from_cart", "remove_from_cart"), ("refund", "refund")],
)
def test_the_ecommerce_actions(kind: str, expected: str) -> None:
    assert rows(action(kind, (SHOP.format("product"), SHIRT))) == [{**SAME, **SHIRT_ROW, "event_type": expected}]


def test_a_transaction_is_a_purchase_of_each_product() -> None:
    order = {"transaction_id": "o", "revenue": 40, "currency": "JPY"}
    other = {"id": "q", "price": 500}
    about = [(SHOP.format("transaction"), order), (SHOP.format("product"), SHIRT), (SHOP.format("product"), other)]
    first, second = rows(action("transaction", *about))
    shared = {**SAME, "event_type": "purchase", "order_id": "o"}
    extra = {"about": {"com.snowplowanalytics.snowplow.ecommerce/transaction": [order]}}
    assert first == {**shared, **SHIRT_ROW, "extra": extra}
    assert second == {
        **shared, "product_id": "q", "price": 500, "currency": "JPY", "event_id": "m.2", "extra": extra
    }  # fmt: skip


def test_a_refund_of_a_whole_order() -> None:
    refund = (SHOP.format("refund"), {"transaction_id": "o", "refund_amount": 12.5, "currency": "USD"})
    row = rows(action("refund", refund))[0]
    assert (row["event_type"], row["price"], row["order_id"]) == ("refund", 1250, "o")


def test_the_older_vocabularies() -> None:
    product = {"id": "p", "price": "19.99", "quantity": 2}
    google = rows(
        unstructured(GOOGLE.format("action"), {"action": "add"}, (GOOGLE.format("productFieldObject"), product))
    )
    assert [(row["event_type"], row["product_id"], row["price"], row["quantity"]) for row in google] == [
        ("cart", "p", 1999, 2)
    ]
    old = {"sku": "p", "unitPrice": 19.99, "quantity": 2, "currency": "USD"}
    flat = rows(unstructured("iglu:com.snowplowanalytics.snowplow/add_to_cart/jsonschema/1-0-0", old))
    assert [(row["event_type"], row["product_id"], row["price"], row["quantity"]) for row in flat] == [
        ("cart", "p", 1999, 2)
    ]
    item = {"e": "ti", "ti_id": "o", "ti_sk": "p", "ti_ca": "a/b", "ti_pr": "19.99", "ti_qu": "2", "ti_cu": "USD"}
    expected = {**SAME, **SHIRT_ROW, "event_type": "purchase", "order_id": "o"}
    del expected["brand"]
    assert rows(item) == [expected]
    assert rows({"e": "tr", "tr_id": "o", "tr_tt": "40"})[0]["event_type"] == "request"


def test_a_structured_event() -> None:
    cart = {"e": "se", "se_ca": "shop", "se_ac": "add-to-basket", "se_la": "p", "se_pr": "2", "se_va": "5.5"}
    row = rows(cart)[0]
    assert (row["event_type"], row["product_id"], row["quantity"], row["price"]) == ("cart", "p", 2, 550)
    other = rows({"e": "se", "se_ca": "form", "se_ac": "sent", "se_pr": "x"})[0]
    assert (other["event_type"], other["extra"]) == ("request", {"event": "sent", "se_ca": "form", "se_ac": "sent"})


def test_a_page_view() -> None:
    view = {"e": "pv", "url": "https://shop.example/p?utm_source=mail", "refr": "https://x.example/", "page": "Shirt"}
    expected = {"path": "/p?utm_source=mail", "campaign": "mail", "referrer": "https://x.example/"}
    assert rows(view) == [{**SAME, **expected, "event_type": "page", "extra": {"page": "Shirt"}}]
    assert rows({"e": "pp"})[0]["extra"] == {"event": "page ping"}


def test_a_phones_session() -> None:
    session = (
        "iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2",
        {"userId": "a2", "sessionId": "s2"},
    )
    row = rows({**action("list_view", session), "sid": None, "duid": None})[0]
    assert (row["anon_id"], row["user_session"]) == ("a2", "s2")


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode, lambda told: urlsafe_b64encode(told).rstrip(b"=")])
def test_base64_in_any_guise(encode: Any) -> None:
    plain = action("add_to_cart", (SHOP.format("product"), SHIRT | {"brand": "ÿþ?>~"}))
    packed = {"ue_px": encode(plain["ue_pr"].encode()).decode(), "cx": encode(plain["co"].encode()).decode()}
    assert rows({"e": "ue", **packed}) == rows(plain)


@pytest.mark.parametrize(
    ("event", "time"),
    [
        ({"stm": "1795403762999"}, "2026-11-23T03:16:02.453000Z"),
        ({"stm": "1795403762000"}, "2026-11-23T03:16:02.453000Z"),
        ({"stm": "1795407363000"}, "2026-11-23T02:16:02.453000Z"),
        ({"ttm": "1795403700000", "stm": "1795407363000"}, "2026-11-23T03:15:00.000000Z"),
        ({"dtm": None}, "2026-11-23T03:16:03.000000Z"),
    ],
)
def test_a_wrong_clock_is_set_right_by_when_it_says_that_it_sent(event: dict[str, Any], time: str) -> None:
    assert rows({"e": "pv", **event})[0]["event_time"] == time


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"e": "xx"}, "e: not one"),
        ({"e": "ue"}, "self-describing"),
        ({"e": "ue", "ue_pr": "{"}, "self-describing"),
        ({"e": "ue", "ue_pr": '{"data": {"schema": 1, "data": {}}}'}, "self-describing"),
        ({"e": "ue", "ue_px": "!"}, "self-describing"),
        ({"e": "pv", "co": '{"data": {}}'}, "co: not a list"),
        ({"e": "pv", "dtm": "12"}, "event_time"),
        ({"e": "ti", "ti_sk": "p", "ti_pr": "-5"}, "price"),
    ],
)
def test_a_bad_event_says_why(event: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        rows(event)


def test_the_envelope() -> None:
    assert list(snowplow.events({"schema": "x", "data": [1, {}]})) == [1, {}]
    assert list(snowplow.events({"e": "pv"})) == [{"e": "pv"}]
    nothing: list[Any] = [[], 1, None, {}, {"data": {}}]
    for bad in nothing:
        with pytest.raises(RefusedError):
            list(snowplow.events(bad))
