"""What Segment's and RudderStack's clients send, and Segment's ecommerce names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from footfall.event import EventType
from footfall.ingest.dialects import Arrival, Json, RefusedError
from footfall.ingest.dialects.names import SOLD_BY_PIECE, meant
from footfall.ingest.dialects.values import clock, counted, digits_of, happened, micros, minor, page, text, whole
from footfall.ingest.rows import Row

_KINDS: dict[Any, str] = {
    "page": str(EventType.PAGE),
    "screen": str(EventType.PAGE),
    "identify": str(EventType.IDENTIFY),
    "alias": str(EventType.IDENTIFY),
    "group": str(EventType.REQUEST),
}
_OF_PRODUCT = frozenset({"product_id", "sku", "category", "category_id", "brand", "price", "quantity"})
_OF_EVENT = frozenset({"order_id", "currency", "products", "path", "referrer"}) | _OF_PRODUCT
_OF_CONTEXT = frozenset({"ip", "userAgent", "page", "campaign", "library", "sessionId", "traits"})
_NOTHING: Json = {}
_NAMED = frozenset({str(EventType.REQUEST), str(EventType.PAGE)})
_read_once = lru_cache(1 << 8)(micros)


def events(payload: Any, kind: str | None = None) -> Iterator[Json]:
    """The events of a request's body, each with what was said for the whole batch; ``kind`` is what the route says.

    Raises:
        RefusedError: the body is no object, or its batch no list.
    """
    if not isinstance(payload, dict) or not isinstance(payload.get("batch", []), list):
        raise RefusedError("not an object with a list of events named batch")
    if "batch" not in payload:
        yield payload if kind is None or "type" in payload else {**payload, "type": kind}
        return
    shared = {name: payload[name] for name in ("sentAt", "context") if payload.get(name) is not None}
    for event in payload["batch"]:
        if isinstance(event, dict):
            for name, value in shared.items():
                event.setdefault(name, value)
        yield event


def rows(event: Any, arrival: Arrival) -> list[Any]:
    """One event as rows: an order as many as it holds products.

    Raises:
        RefusedError: it cannot be taken.
    """
    if event.__class__ is not dict:
        raise RefusedError("not an object")
    kind = _kind(event)
    told = _object(event, "properties")
    context = _object(event, "context")
    products = told.get("products") if "products" in told and kind in SOLD_BY_PIECE else None
    if not products:
        return [_row(event, kind, told, told, context, arrival, 1)]
    if not isinstance(products, list) or not all(isinstance(product, dict) for product in products):
        raise RefusedError("products: not a list of objects")
    return [_row(event, kind, told, product, context, arrival, number) for number, product in enumerate(products, 1)]


def _kind(event: Json) -> str:
    kind = event.get("type")
    if kind == "track":
        name = event.get("event")
        if isinstance(name, str):
            return meant(name)
        raise RefusedError("event: missing")
    if isinstance(kind, str) and kind in _KINDS:
        return _KINDS[kind]
    raise RefusedError("type: not one of the known")


def _object(holder: Json, name: str) -> Json:
    value = holder.get(name)
    if value.__class__ is dict:
        return value
    if value is None:
        return _NOTHING
    raise RefusedError(f"{name}: not an object")


def _row(event: Json, kind: str, told: Json, product: Json, context: Json, arrival: Arrival, number: int) -> Any:
    """One row; by place, which is eight times as quick as by name: the order is that of ``event.FIELDS``."""
    where = _object(context, "page")
    url = told.get("url") or where.get("url")
    path, source = page(url) if url else (None, None)
    currency = product.get("currency") or told.get("currency")
    price = product.get("price")
    if price is None and kind == EventType.REFUND:
        price = told.get("total", told.get("revenue"))
    return Row(
        _time(event, arrival),
        kind,
        text(product.get("product_id") or product.get("sku")),
        text(product.get("category_id")),
        text(product.get("category")),
        text(product.get("brand")),
        minor(price, digits_of(currency, arrival.digits) if currency else arrival.digits),
        text(event.get("userId")),
        text(context.get("sessionId")),
        counted(number, text(event.get("messageId"))),
        _received_at(event) if arrival.received_at is None else None,
        text(event.get("anonymousId") or event.get("previousId")),
        text(told.get("order_id")),
        whole(product.get("quantity")),
        text(currency),
        arrival.address(context.get("ip")),
        arrival.agent(context.get("userAgent")),
        path or text(told.get("path") or where.get("path")),
        text(told.get("referrer") or where.get("referrer")),
        None,
        (_campaign(context) if "campaign" in context else None) or source,
        _extra(event, kind, told, product, context),
    )


def _time(event: Json, arrival: Arrival) -> str:
    """When it happened; what has been through a Segment already is told by the right clock."""
    passed = event.get("receivedAt")
    told = event.get("timestamp") if passed else event.get("originalTimestamp") or event.get("timestamp")
    if told is None:
        if arrival.received_at is None:
            raise RefusedError("timestamp: missing")
        return clock(arrival.received_at)
    sent = None if passed else event.get("sentAt")
    return happened(told, _read_once(sent) if isinstance(sent, str) and sent else None, arrival.received_at)


def _received_at(event: Json) -> str | None:
    """When a Segment received an event that a file holds."""
    told = event.get("receivedAt")
    return clock(micros(told)) if told else None


def _campaign(context: Json) -> str | None:
    campaign = context.get("campaign")
    return text(campaign.get("source") or campaign.get("name")) if isinstance(campaign, dict) else None


def _extra(event: Json, kind: str, told: Json, product: Json, context: Json) -> Json | None:
    extra = {name: value for name, value in told.items() if name not in _OF_EVENT}
    if product is not told:
        extra |= {name: value for name, value in product.items() if name not in _OF_PRODUCT}
    if rest := {name: value for name, value in context.items() if name not in _OF_CONTEXT}:
        extra["context"] = rest
    if kind in _NAMED and (name := event.get("event") or event.get("name")):
        extra["event"] = name
    if kind == EventType.IDENTIFY and (traits := event.get("traits") or context.get("traits")):
        extra["traits"] = traits
    if "groupId" in event:
        extra["group"] = event["groupId"]
    return extra or None
