"""What Snowplow's trackers send: page views, structured and self-describing events, its two ecommerce vocabularies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from footfall.event import EventType
from footfall.ingest.dialects import Arrival, Json, RefusedError
from footfall.ingest.dialects.entities import described, name_of
from footfall.ingest.dialects.names import SOLD_BY_PIECE, meant
from footfall.ingest.dialects.values import clock, corrected, counted, digits_of, micros, minor, page, text, whole
from footfall.ingest.rows import Row

_SHOP = "com.snowplowanalytics.snowplow.ecommerce/"
_ACTION = _SHOP + "snowplow_ecommerce_action"
_PRODUCTS = frozenset({_SHOP + "product", "com.google.analytics.enhanced-ecommerce/productFieldObject"})
_ORDERS = frozenset(
    {_SHOP + "transaction", _SHOP + "refund", "com.google.analytics.enhanced-ecommerce/actionFieldObject"}
)
_ENHANCED = "com.google.analytics.enhanced-ecommerce/action"
_SESSION = "com.snowplowanalytics.snowplow/client_session"
_ENHANCED_MEANT = {
    "detail": EventType.VIEW,
    "add": EventType.CART,
    "remove": EventType.REMOVE_FROM_CART,
    "purchase": EventType.PURCHASE,
    "refund": EventType.REFUND,
}
_KNOWN = frozenset(
    {
        *(
            "e",
            "eid",
            "uid",
            "duid",
            "sid",
            "ip",
            "ua",
            "url",
            "refr",
            "dtm",
            "stm",
            "ttm",
            "ue_pr",
            "ue_px",
            "co",
            "cx",
        ),
        *("p", "tv", "tna", "vid", "cd", "cs", "tz", "f_pdf", "cookie", "tnuid", "nuid"),
        *("se_la", "se_pr", "se_va", "ti_id", "ti_sk", "ti_ca", "ti_pr", "ti_qu", "ti_cu"),
    }
)
_OF_PRODUCT = frozenset({"id", "sku", "category", "brand", "price", "unit_price", "unitPrice", "quantity", "currency"})


def events(payload: Any) -> Iterator[Any]:
    """The events of a request's body.

    Raises:
        RefusedError: it is no list of events in an envelope.
    """
    data = payload.get("data") if isinstance(payload, dict) else None
    if isinstance(payload, dict) and "e" in payload:
        data = [payload]
    if not isinstance(data, list):
        raise RefusedError("not an object with a list of events named data")
    yield from data


def rows(event: Any, arrival: Arrival) -> list[Any]:
    """One event as rows: a transaction as many as it holds products.

    Raises:
        RefusedError: it cannot be taken.
    """
    if not isinstance(event, dict):
        raise RefusedError("not an object")
    about: dict[str, list[Json]] = {}
    for entity in _entities(event):
        about.setdefault(entity[0], []).append(entity[1])
    kind, name, told = _happened(event)
    products = [product for schema in sorted(_PRODUCTS) for product in about.get(schema, [])]
    if kind not in SOLD_BY_PIECE or not products:
        return [_row(event, kind, name, told, _only(event, kind, told), about, arrival, 1)]
    return [
        _row(event, kind, name, told, product, about, arrival, number) for number, product in enumerate(products, 1)
    ]


def _entities(event: Json) -> Iterator[tuple[str, Json]]:
    entities = described(event.get("co"), event.get("cx"), "co")
    if not isinstance(entities, list | None):
        raise RefusedError("co: not a list")
    yield from map(name_of, entities or ())


def _happened(event: Json) -> tuple[EventType, str, Json]:
    """What happened, its name, and what a self-describing event says of it."""
    kind = event.get("e")
    if kind == "pv":
        return EventType.PAGE, "", {}
    if kind == "ti":
        return EventType.PURCHASE, "", {}
    if kind == "se":
        name = str(event.get("se_ac") or "")
        return meant(name), name, {}
    if kind == "ue":
        return _described_event(event)
    if kind in ("pp", "tr", "ad"):
        return EventType.REQUEST, {"pp": "page ping", "tr": "transaction", "ad": "ad"}[kind], {}
    raise RefusedError("e: not one of the known")


def _described_event(event: Json) -> tuple[EventType, str, Json]:
    schema, told = name_of(described(event.get("ue_pr"), event.get("ue_px"), "ue_pr"))
    if schema == _ACTION:
        return meant(str(told.get("type"))), str(told.get("type")), told
    if schema == _ENHANCED:
        return _ENHANCED_MEANT.get(str(told.get("action")), EventType.REQUEST), str(told.get("action")), told
    name = schema.partition("/")[2]
    return meant(name), name, told


def _only(event: Json, kind: EventType, told: Json) -> Json:
    """The one product of an event that names it in itself rather than in an entity."""
    if event.get("e") == "ti":
        return {
            "id": event.get("ti_sk"),
            "category": event.get("ti_ca"),
            "price": event.get("ti_pr"),
            "quantity": event.get("ti_qu"),
            "currency": event.get("ti_cu"),
        }
    if event.get("e") == "se" and kind in SOLD_BY_PIECE:
        return {"id": event.get("se_la"), "quantity": event.get("se_pr"), "price": event.get("se_va")}
    return {name: value for name, value in told.items() if name in _OF_PRODUCT}


def _row(
    event: Json,
    kind: EventType,
    name: str,
    told: Json,
    product: Json,
    about: dict[str, list[Json]],
    arrival: Arrival,
    number: int,
) -> Any:
    order = next((entity for schema in sorted(_ORDERS) for entity in about.get(schema, [])), {})
    session = next(iter(about.get(_SESSION, [])), {})
    currency = product.get("currency") or order.get("currency")
    price = product.get("price", product.get("unit_price", product.get("unitPrice")))
    if price is None and kind is EventType.REFUND:
        price = order.get("refund_amount")
    path, source = page(event.get("url"))
    return Row(
        event_time=clock(_time(event, arrival)),
        event_type=kind.value,
        product_id=text(product.get("id") or product.get("sku")),
        category_code=_dotted(product.get("category")),
        brand=text(product.get("brand")),
        price=minor(price, digits_of(currency, arrival.digits)),
        user_id=text(event.get("uid")),
        user_session=text(event.get("sid") or session.get("sessionId")),
        event_id=counted(number, text(event.get("eid"))),
        received_at=None if arrival.received_at is None else clock(arrival.received_at),
        anon_id=text(event.get("duid") or session.get("userId")),
        order_id=text(order.get("transaction_id") or order.get("id") or event.get("ti_id") or event.get("tr_id")),
        quantity=whole(product.get("quantity")),
        currency=text(currency),
        ip=arrival.address(event.get("ip")),
        user_agent=arrival.agent(event.get("ua")),
        path=path,
        referrer=text(event.get("refr")),
        campaign=source,
        extra=_extra(event, kind, name, told, product, about),
    )


def _time(event: Json, arrival: Arrival) -> int:
    if event.get("ttm"):
        return micros(event["ttm"])
    if event.get("dtm"):
        sent = event.get("stm")
        return corrected(micros(event["dtm"]), micros(sent) if sent else None, arrival.received_at)
    if arrival.received_at is None:
        raise RefusedError("dtm: missing")
    return arrival.received_at


def _dotted(category: Any) -> str | None:
    """``apparel/shirt`` as ``apparel.shirt``."""
    told = text(category)
    return ".".join(part.strip() for part in told.split("/")) if told and "/" in told else told


def _extra(
    event: Json, kind: EventType, name: str, told: Json, product: Json, about: dict[str, list[Json]]
) -> Json | None:
    extra = {key: value for key, value in event.items() if key not in _KNOWN and value is not None}
    extra |= {key: value for key, value in told.items() if key not in _OF_PRODUCT and key not in ("type", "action")}
    extra |= {key: value for key, value in product.items() if key not in _OF_PRODUCT}
    if rest := {schema: found for schema, found in about.items() if schema not in _PRODUCTS | {_SESSION}}:
        extra["about"] = rest
    if name and kind is EventType.REQUEST:
        extra["event"] = name
    return extra or None
