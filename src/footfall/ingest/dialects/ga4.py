"""Google Analytics 4 as BigQuery exports it: an object a line, with ``event_params`` and ``items``."""

from __future__ import annotations

from typing import Any

from footfall.event import EventType
from footfall.ingest.dialects import Arrival, Json, RefusedError
from footfall.ingest.dialects.names import SOLD_BY_PIECE, meant
from footfall.ingest.dialects.values import clock, counted, digits_of, minor, page, text, whole
from footfall.ingest.dialects.values import micros as of_milliseconds
from footfall.ingest.rows import Row

_UNSET = frozenset({"(not set)", "(none)", ""})
_OF_EVENT = frozenset(
    {
        *("event_name", "event_timestamp", "event_date", "event_params", "items", "user_id", "user_pseudo_id"),
        *("ecommerce", "event_bundle_sequence_id", "batch_event_index", "collected_traffic_source", "traffic_source"),
        *("event_previous_timestamp", "event_server_timestamp_offset", "stream_id", "user_first_touch_timestamp"),
    }
)
_OF_PARAMS = frozenset(
    {"page_location", "page_referrer", "ga_session_id", "transaction_id", "currency", "source", "campaign"}
)
_CATEGORIES = ("item_category", "item_category2", "item_category3", "item_category4", "item_category5")
_OF_ITEM = frozenset({"item_id", "item_brand", "price", "price_in_usd", "quantity", *_CATEGORIES})
_VALUES = ("string_value", "int_value", "double_value", "float_value")


def rows(event: Any, arrival: Arrival) -> list[Any]:
    """One event as rows: as many as it has items, where it is about items.

    Raises:
        RefusedError: it cannot be taken.
    """
    if not isinstance(event, dict):
        raise RefusedError("not an object")
    name, items = event.get("event_name"), event.get("items") or []
    if not isinstance(name, str) or not name:
        raise RefusedError("event_name: missing")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RefusedError("items: not a list of objects")
    kind, params = meant(name), _params(event.get("event_params"))
    if kind not in SOLD_BY_PIECE or not items:
        return [_row(event, kind, params, {}, arrival, 1)]
    return [_row(event, kind, params, item, arrival, number) for number, item in enumerate(items, 1)]


def _params(told: Any) -> Json:
    """Parameters by key, whichever kind of value each has; a plain object is taken too."""
    if isinstance(told, dict):
        return told
    try:
        return {param["key"]: _value(param.get("value")) for param in told or ()}
    except (TypeError, KeyError, AttributeError):
        raise RefusedError("event_params: not a list of keys and values") from None


def _value(told: Any) -> Any:
    return next((told[kind] for kind in _VALUES if told.get(kind) is not None), None) if told else None


def _set(told: Any) -> str | None:
    """Text, unless it says that nothing was set."""
    found = text(told)
    return None if found in _UNSET else found


def _row(event: Json, kind: str, params: Json, item: Json, arrival: Arrival, number: int) -> Any:
    shop = _object(event, "ecommerce")
    who = _set(event.get("user_pseudo_id"))
    at = _time(event)
    currency = _set(item.get("currency")) or _set(params.get("currency"))
    price = item.get("price")
    if price is None and kind == EventType.REFUND:
        price = shop.get("refund_value", params.get("value"))
    path, source = page(params.get("page_location"))
    return Row(
        event_time=clock(at),
        event_type=kind,
        product_id=_set(item.get("item_id")) or _set(item.get("item_name")),
        category_code=".".join(filter(None, (_set(item.get(name)) for name in _CATEGORIES))) or None,
        brand=_set(item.get("item_brand")),
        price=minor(price, digits_of(currency, arrival.digits)),
        user_id=_set(event.get("user_id")),
        user_session=_session(who, params),
        event_id=_id(event, who, at, number),
        anon_id=who,
        order_id=_set(shop.get("transaction_id")) or _set(params.get("transaction_id")),
        quantity=whole(item.get("quantity")),
        currency=currency,
        path=path,
        referrer=_set(params.get("page_referrer")),
        campaign=_campaign(event, params) or source,
        extra=_extra(event, kind, params, item),
    )


def _object(holder: Json, name: str) -> Json:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _time(event: Json) -> int:
    told = event.get("event_timestamp")
    digits = str(told)
    if isinstance(told, bool) or not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise RefusedError("event_timestamp: missing" if told is None else "event_timestamp: not microseconds")
    return of_milliseconds(f"{int(digits) // 1000:013}") + int(digits) % 1000


def _session(who: str | None, params: Json) -> str | None:
    """A session's number says nothing without the browser's."""
    number = _set(params.get("ga_session_id"))
    return f"{who}.{number}" if number and who else number


def _id(event: Json, who: str | None, at: int, number: int) -> str | None:
    """Made of the batch in which the event was sent; without one, only further rows of an event need an id."""
    batch = [text(event.get(name)) for name in ("event_bundle_sequence_id", "batch_event_index")]
    if batch[0] or number > 1:
        return str(counted(number, ".".join(part for part in (who, str(at), *batch) if part)))
    return None


def _campaign(event: Json, params: Json) -> str | None:
    collected = _object(event, "collected_traffic_source")
    return _set(collected.get("manual_source")) or _set(params.get("source"))


def _extra(event: Json, kind: str, params: Json, item: Json) -> Json | None:
    told = {**params, **item}
    extra = {name: value for name, value in told.items() if name not in _OF_PARAMS | _OF_ITEM}
    extra |= {name: event[name] for name in event if name not in _OF_EVENT}
    extra = {name: value for name, value in extra.items() if value is not None and value not in ([], {}, "(not set)")}
    if kind == EventType.REQUEST:
        extra["event"] = event["event_name"]
    return extra or None
