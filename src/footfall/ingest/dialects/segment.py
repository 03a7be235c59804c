"""What Segment's and RudderStack's clients send, and Segment's ecommerce names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from footfall.event import EventType
from footfall.ingest.dialects import Arrival, Json, RefusedError
from footfall.ingest.dialects.names import SOLD_BY_PIECE, meant
from footfall.ingest.dialects.values import clock, corrected, counted, digits_of, micros, minor, page, text, whole
from footfall.ingest.rows import Row

_KINDS = {
    "page": EventType.PAGE,
    "screen": EventType.PAGE,
    "identify": EventType.IDENTIFY,
    "alias": EventType.IDENTIFY,
    "group": EventType.REQUEST,
}
_OF_PRODUCT = frozenset({"product_id", "sku", "category", "category_id", "brand", "price", "quantity"})
_OF_EVENT = frozenset({"order_id", "currency", "products", "path", "referrer"}) | _OF_PRODUCT
_OF_CONTEXT = frozenset({"ip", "userAgent", "page", "campaign", "library", "sessionId", "traits"})
_NOTHING: Json = {}


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
    if not isinstance(event, dict):
        raise RefusedError("not an object")
    kind = _kind(event)
    told = _object(event, "properties")
    products = told.get("products") if kind in SOLD_BY_PIECE else None
    if not isinstance(products, list) or not products:
        return [_row(event, kind, told, told, arrival, 1)]
    if not all(isinstance(product, dict) for product in products):
        raise RefusedError("products: not a list of objects")
    return [_row(event, kind, told, product, arrival, number) for number, product in enumerate(products, 1)]


def _kind(event: Json) -> EventType:
    kind, name = event.get("type"), event.get("event")
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "track" and isinstance(name, str):
        return meant(name)
    raise RefusedError("event: missing" if kind == "track" else "type: not one of the known")


def _object(holder: Json, name: str) -> Json:
    value = holder.get(name)
    if value is None or isinstance(value, dict):
        return value or _NOTHING
    raise RefusedError(f"{name}: not an object")


def _row(event: Json, kind: EventType, told: Json, product: Json, arrival: Arrival, number: int) -> Any:
    context = _object(event, "context")
    where = _object(context, "page") if "page" in context else _NOTHING
    path, source = _place(told, where)
    currency = product.get("currency") or told.get("currency")
    at, received_at = _times(event, arrival)
    price = product.get("price", told.get("total", told.get("revenue")) if kind is EventType.REFUND else None)
    return Row(
        event_time=clock(at),
        event_type=kind.value,
        product_id=text(product.get("product_id") or product.get("sku")),
        category_id=text(product.get("category_id")),
        category_code=text(product.get("category")),
        brand=text(product.get("brand")),
        price=minor(price, digits_of(currency, arrival.digits)),
        user_id=text(event.get("userId")),
        user_session=text(context.get("sessionId")),
        event_id=counted(number, text(event.get("messageId"))),
        received_at=None if received_at is None else clock(received_at),
        anon_id=text(event.get("anonymousId") or event.get("previousId")),
        order_id=text(told.get("order_id")),
        quantity=whole(product.get("quantity")),
        currency=text(currency),
        ip=arrival.address(context.get("ip")),
        user_agent=arrival.agent(context.get("userAgent")),
        path=path,
        referrer=text(told.get("referrer") or where.get("referrer")),
        campaign=_campaign(context) or source,
        extra=_extra(event, kind, told, product, context),
    )


def _times(event: Json, arrival: Arrival) -> tuple[int, int | None]:
    """When it happened and when it was received; an event that has been through a Segment is right already."""
    passed = event.get("receivedAt")
    received_at = arrival.received_at
    if received_at is None and passed:
        received_at = micros(passed)
    told = event.get("timestamp") if passed else event.get("originalTimestamp") or event.get("timestamp")
    if told is None:
        if arrival.received_at is None:
            raise RefusedError("timestamp: missing")
        return arrival.received_at, received_at
    sent = None if passed else event.get("sentAt")
    return corrected(micros(told), micros(sent) if sent else None, arrival.received_at), received_at


def _place(told: Json, where: Json) -> tuple[str | None, str | None]:
    path, source = page(told.get("url") or where.get("url"))
    stated = told.get("path") or where.get("path")
    return path or (stated if isinstance(stated, str) else None), source


def _campaign(context: Json) -> str | None:
    campaign = context.get("campaign")
    return text(campaign.get("source") or campaign.get("name")) if isinstance(campaign, dict) else None


def _extra(event: Json, kind: EventType, told: Json, product: Json, context: Json) -> Json | None:
    extra = {name: value for name, value in told.items() if name not in _OF_EVENT}
    if product is not told:
        extra |= {name: value for name, value in product.items() if name not in _OF_PRODUCT}
    if rest := {name: value for name, value in context.items() if name not in _OF_CONTEXT}:
        extra["context"] = rest
    if traits := event.get("traits") or context.get("traits"):
        extra["traits"] = traits
    if "groupId" in event:
        extra["group"] = event["groupId"]
    name = event.get("event") or event.get("name")
    if name and (kind is EventType.REQUEST or kind is EventType.PAGE):
        extra["event"] = name
    return extra or None
