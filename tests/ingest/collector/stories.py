"""A shopper's visit, told by the real clients for Python."""

from __future__ import annotations

from importlib import import_module
from typing import Any

SHIRT = {"product_id": "p1", "category": "apparel.shirt", "brand": "acme", "name": "Shirt", "price": 19.99}
ORDER = [{**SHIRT, "quantity": 1}, {"product_id": "p2", "price": 44.99, "quantity": 1}]
CONTEXT = {
    "ip": "203.0.113.9",
    "userAgent": "Shop/1.0",
    "page": {"path": "/p1", "referrer": "https://search.example/"},
}
SHOP = "iglu:com.snowplowanalytics.snowplow.ecommerce/{}/jsonschema/{}"


def segment(client: Any) -> None:
    """Segment's calls, which RudderStack's client has too."""
    who = {"user_id": "u1", "anonymous_id": "a1"}
    client.identify(**who, traits={"plan": "gold"})
    client.page(**who, name="Home", properties={"path": "/", "url": "https://shop.example/"})
    client.track(**who, event="Product Viewed", properties=SHIRT, context=CONTEXT)
    client.track(**who, event="Product Added", properties={**SHIRT, "quantity": 2, "cart_id": "c1"})
    client.track(**who, event="Product Removed", properties={**SHIRT, "quantity": 1})
    bought = {"order_id": "o1", "currency": "USD", "total": 64.98, "products": ORDER}
    client.track(**who, event="Order Completed", properties=bought)
    client.track(**who, event="Order Refunded", properties={"order_id": "o1", "total": 64.98})
    client.alias("a1", "u1")
    client.flush()
    client.join()


def snowplow(tracker: Any) -> None:
    """Snowplow's calls."""
    snow: Any = import_module("snowplow_tracker")

    def product(identity: str, price: float, quantity: int | None = None) -> Any:
        data = {"id": identity, "category": "apparel/shirt", "brand": "acme", "price": price, "currency": "USD"}
        return snow.SelfDescribingJson(
            SHOP.format("product", "1-0-0"), data | ({"quantity": quantity} if quantity is not None else {})
        )

    def action(kind: str, *about: Any) -> None:
        told = snow.SelfDescribingJson(SHOP.format("snowplow_ecommerce_action", "1-0-2"), {"type": kind})
        tracker.track(snow.SelfDescribing(told, context=list(about)))

    tracker.track(snow.PageView("https://shop.example/p1", "Shirt", "https://search.example/"))
    action("product_view", product("p1", 19.99))
    action("add_to_cart", product("p1", 19.99, 2))
    action("remove_from_cart", product("p1", 19.99, 1))
    order = {"transaction_id": "o1", "revenue": 64.98, "currency": "USD"}
    action(
        "transaction",
        snow.SelfDescribingJson(SHOP.format("transaction", "1-0-0"), order),
        product("p1", 19.99, 1),
        product("p2", 44.99, 1),
    )
    tracker.track(snow.StructuredEvent("ecommerce", "add_to_basket", label="p3", property_="1", value=5.5))
    tracker.flush()
