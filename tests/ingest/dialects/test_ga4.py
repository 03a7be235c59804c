"""Google Analytics' exported events as rows."""

from __future__ import annotations

from typing import Any

import pytest

from footfall.ingest.dialects import Arrival, RefusedError, ga4
from tests.ingest.dialects.told import told

WHO = {"event_timestamp": "1795403762453001", "user_pseudo_id": "12.34", "user_id": None, "event_date": "20261123"}
PARAMS = [
    {"key": "ga_session_id", "value": {"string_value": None, "int_value": "17"}},
    {"key": "page_location", "value": {"string_value": "https://shop.example/p?utm_source=mail"}},
    {"key": "page_referrer", "value": {"string_value": "https://search.example/"}},
    {"key": "currency", "value": {"string_value": "USD"}},
    {"key": "engaged", "value": {"int_value": 1}},
]
SAME = {
    "event_time": "2026-11-23T03:16:02.453001Z",
    "anon_id": "12.34",
    "user_session": "12.34.17",
    "path": "/p?utm_source=mail",
    "referrer": "https://search.example/",
    "campaign": "mail",
    "currency": "USD",
}
SHIRT = {
    "item_id": "p",
    "item_brand": "acme",
    "item_category": "a",
    "item_category2": "b",
    "price": 19.99,
    "quantity": 2,
}
SHIRT_ROW = {"product_id": "p", "brand": "acme", "category_code": "a.b", "price": 1999, "quantity": 2}


def rows(name: str, *items: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    event = {"event_name": name, "event_params": PARAMS, "items": list(items), **WHO, **more}
    return told(ga4.rows(event, Arrival()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("view_item", "view"),
        ("add_to_cart", "cart"),
        ("remove_from_cart", "remove_from_cart"),
        ("purchase", "purchase"),
        ("refund", "refund"),
    ],
)
def test_events_of_products(name: str, kind: str) -> None:
    assert rows(name, SHIRT) == [{**SAME, **SHIRT_ROW, "event_type": kind, "extra": {"engaged": 1}}]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("page_view", "page"),
        ("login", "identify"),
        ("sign_up", "identify"),
        ("scroll", "request"),
        ("view_item_list", "request"),
    ],
)
def test_other_events(name: str, kind: str) -> None:
    extra = {"engaged": 1} | ({"event": name} if kind == "request" else {})
    assert rows(name, SHIRT) == [{**SAME, "event_type": kind, "extra": extra}]


def test_a_purchase_of_each_item_has_an_id_of_its_own() -> None:
    shop = {"transaction_id": "o", "purchase_revenue": 40}
    bought = rows("purchase", SHIRT, SHIRT, ecommerce=shop, event_bundle_sequence_id=5, batch_event_index=1)
    stamp = "12.34.1795403762453001"
    assert [(row["order_id"], row["event_id"]) for row in bought] == [("o", f"{stamp}.5.1"), ("o", f"{stamp}.5.1.2")]
    assert [row.get("event_id") for row in rows("purchase", SHIRT, SHIRT)] == [None, f"{stamp}.2"]


def test_a_refund_of_a_whole_order() -> None:
    row = rows("refund", ecommerce={"transaction_id": "o", "refund_value": 12.5})[0]
    assert (row["price"], row["order_id"]) == (1250, "o")


def test_what_is_not_set_is_null_and_what_is_unknown_is_kept() -> None:
    unset = {"item_id": "p", "item_brand": "(not set)", "item_name": "Shirt"}
    source = {"manual_source": "ad"}
    row = rows("view_item", unset, user_id="u", device={"category": "mobile"}, geo={}, collected_traffic_source=source)
    assert row == [
        {
            **SAME,
            "event_type": "view",
            "product_id": "p",
            "user_id": "u",
            "campaign": "ad",
            "extra": {"engaged": 1, "item_name": "Shirt", "device": {"category": "mobile"}},
        }
    ]


@pytest.mark.parametrize(
    ("name", "more", "reason"),
    [
        ("", {}, "event_name"),
        ("page_view", {"event_timestamp": None}, "event_timestamp"),
        ("page_view", {"event_timestamp": 1e9}, "event_timestamp"),
        ("page_view", {"event_timestamp": "123"}, "event_time"),
        ("page_view", {"items": [1]}, "items"),
        ("page_view", {"event_params": [1]}, "event_params"),
        ("purchase", {"items": [{"item_id": "p", "price": -1}]}, "price"),
    ],
)
def test_a_bad_event_says_why(name: str, more: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        rows(name, **more)
