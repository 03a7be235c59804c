"""The one event of a store; every schema that Footfall speaks is derived from the fields listed here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import pyarrow as pa

Kind = Literal["text", "time", "money", "integer", "json"]


class EventType(StrEnum):
    """What happened. A request that is no page (an asset, a beacon) is kept as evidence and counts in no insight."""

    PAGE = "page"
    REQUEST = "request"
    VIEW = "view"
    CART = "cart"
    REMOVE_FROM_CART = "remove_from_cart"
    PURCHASE = "purchase"
    REFUND = "refund"
    IDENTIFY = "identify"
    LOGIN_FAILED = "login_failed"
    PAYMENT_FAILED = "payment_failed"


PRODUCT_EVENTS = frozenset({EventType.VIEW, EventType.CART, EventType.REMOVE_FROM_CART, EventType.PURCHASE})
"""The types of event that say nothing without a product."""

IDENTITIES = ("user_id", "anon_id", "user_session")
"""Fields that can name a visitor; an event must carry at least one of them."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the event: its name, its kind, what it means, whether an event may lack it."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False


FIELDS = (
    Field("event_time", "time", "when it happened, UTC", required=True),
    Field("event_type", "text", "what happened: " + ", ".join(EventType), required=True),
    Field("product_id", "text", "the product"),
    Field("category_id", "text", "the product's category, by id"),
    Field("category_code", "text", "the product's category, by dotted path: electronics.audio.headphone"),
    Field("brand", "text", "the product's brand"),
    Field("price", "money", "price of one piece, in minor units of the currency (cents)"),
    Field("user_id", "text", "the customer, when known"),
    Field("user_session", "text", "the source's session"),
    Field("event_id", "text", "the source's own id of this event; the same id twice is one event"),
    Field("received_at", "time", "when the collector received it, UTC"),
    Field("anon_id", "text", "the browser, before anyone logs in"),
    Field("order_id", "text", "the order a purchase or refund belongs to"),
    Field("quantity", "integer", "pieces; one where a source does not say"),
    Field("currency", "text", "ISO 4217 code; the store's currency where a source does not say"),
    Field("ip", "text", "the address the request came from"),
    Field("user_agent", "text", "the agent the request named"),
    Field("path", "text", "the path requested"),
    Field("referrer", "text", "where the visitor came from"),
    Field("status", "integer", "the HTTP status answered"),
    Field("campaign", "text", "the source of the visit, as a campaign names it"),
    Field("extra", "json", "whatever else the source said, as a JSON object"),
)

_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "time": pa.timestamp("us", tz="UTC"),
    "money": pa.int64(),
    "integer": pa.int32(),
    "json": pa.string(),
}
_JSON: dict[Kind, dict[str, Any]] = {
    "text": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "money": {"type": "integer", "minimum": 0},
    "integer": {"type": "integer"},
    "json": {"type": "object"},
}

_GLUE: dict[Kind, str] = {"text": "string", "time": "timestamp", "money": "bigint", "integer": "int", "json": "string"}

_FLINK: dict[Kind, str] = {"text": "STRING", "time": "STRING", "money": "BIGINT", "integer": "INT"}

NAMES = tuple(field.name for field in FIELDS)


def arrow_schema() -> pa.Schema:
    """The event as an Arrow schema, fields in their order of definition."""
    return pa.schema([pa.field(f.name, _ARROW[f.kind], nullable=not f.required) for f in FIELDS])


def glue_columns(*, as_sent: bool = False) -> dict[str, str]:
    """The event as Hive types by field; ``as_sent``: as JSON has it, times still ISO 8601 texts."""
    return {f.name: "string" if as_sent and f.kind == "time" else _GLUE[f.kind] for f in FIELDS}


def flink_columns() -> dict[str, str]:
    """The event's fields as JSON has them, as types of Flink by name, without what has none: ``extra``."""
    return {f.name: _FLINK[f.kind] for f in FIELDS if f.kind in _FLINK}


def json_schema() -> dict[str, Any]:
    """The event as a JSON Schema (draft 2020-12): what one line of a JSON-lines file must hold."""
    properties = {f.name: {**_JSON[f.kind], "description": f.meaning} for f in FIELDS}
    properties["event_type"] = {"enum": [str(kind) for kind in EventType], "description": "what happened"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Event of an online store",
        "type": "object",
        "properties": properties,
        "required": [f.name for f in FIELDS if f.required],
        "anyOf": [{"required": [name]} for name in IDENTITIES],
    }
