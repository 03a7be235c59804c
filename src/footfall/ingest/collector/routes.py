"""The paths that events come to, and how the body of each is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from footfall.ingest.collector.body import BodyError
from footfall.ingest.dialects import Arrival, Meaning, RefusedError, own, segment, snowplow

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, RefusedError)
_DECODE = msgspec.json.Decoder().decode
SUCCESS = b'{"success":true}'
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


@dataclass(frozen=True, slots=True)
class Read:
    """A request read: the key it bears in itself, and its events."""

    key: str | None
    events: Iterable[Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One path: its dialect, its methods, its reader, what an event means, and the answer its clients expect."""

    dialect: str
    read: Callable[[bytes, bytes], Read]
    meaning: Meaning
    methods: frozenset[str] = frozenset({"POST"})
    answer: bytes = SUCCESS
    content_type: bytes = b"application/json"


class _Batch(msgspec.Struct):
    """A body of which some event cannot be read, its events left as they are."""

    batch: list[msgspec.Raw] = []
    data: list[msgspec.Raw] = []
    sentAt: Any = None  # noqa: N815
    context: Any = None
    writeKey: Any = None  # noqa: N815


def _payload(body: bytes) -> Any:
    """The JSON of a body; where it cannot be read as a whole, its events one by one, bad ones as the bytes they are."""
    try:
        return _DECODE(body)
    except UNREADABLE as error:
        first = error
    try:
        salvaged = msgspec.json.decode(body, type=_Batch)
    except UNREADABLE:
        raise BodyError(400, f"not JSON: {first}") from None
    payload = msgspec.structs.asdict(salvaged)
    payload |= {name: [_event(raw) for raw in payload[name]] for name in ("batch", "data")}
    return {name: value for name, value in payload.items() if value}


def _event(raw: msgspec.Raw) -> Any:
    try:
        return _DECODE(raw)
    except UNREADABLE:
        return bytes(raw)


def _segment(kind: str | None) -> Callable[[bytes, bytes], Read]:
    def read(body: bytes, query: bytes) -> Read:
        payload = _payload(body)
        key = payload.get("writeKey") if isinstance(payload, dict) else None
        key = key or dict(parse_qsl(query.decode("latin-1"))).get("writeKey") if query else key
        try:
            return Read(key if isinstance(key, str) else None, list(segment.events(payload, kind)))
        except RefusedError as error:
            raise BodyError(400, str(error)) from None

    return read


def _snowplow(body: bytes, query: bytes) -> Read:
    payload: Any = _payload(body) if body else dict(parse_qsl(query.decode("latin-1"), max_num_fields=200))
    try:
        events = list(snowplow.events(payload))
    except RefusedError as error:
        raise BodyError(400, str(error)) from None
    first = next((event for event in events if isinstance(event, dict)), {})
    app = first.get("aid")
    return Read(app if isinstance(app, str) else None, events)


def _own(body: bytes, query: bytes) -> Read:
    key = dict(parse_qsl(query.decode("latin-1"))).get("writeKey") if query else None
    try:
        return Read(key, list(own.events(body)))
    except UNREADABLE as error:
        raise BodyError(400, f"not JSON: {error}") from None


def _nothing(_event: Any, _arrival: Arrival) -> list[Any]:
    return []


def _routes() -> dict[str, Route]:
    batch = Route("segment", _segment(None), segment.rows)
    kinds = {"track": "t", "page": "p", "identify": "i", "screen": "s", "alias": "a", "group": "g"}
    single = {kind: Route("segment", _segment(kind), segment.rows) for kind in kinds}
    return {
        "/v1/batch": batch,
        "/v1/b": batch,
        "/v1/import": batch,
        "/beacon/v1/batch": batch,
        **{f"/v1/{kind}": single[kind] for kind in kinds},
        **{f"/v1/{letter}": single[kind] for kind, letter in kinds.items()},
        "/v1/m": Route("segment", lambda _body, _query: Read(None, ()), _nothing),
        "/com.snowplowanalytics.snowplow/tp2": Route(
            "snowplow", _snowplow, snowplow.rows, answer=b"ok", content_type=b"text/plain"
        ),
        "/i": Route("snowplow", _snowplow, snowplow.rows, frozenset({"GET"}), answer=PIXEL, content_type=b"image/gif"),
        "/v1/events": Route("footfall", _own, own.rows),
    }


ROUTES = _routes()
