"""JSON lines of Segment's events, one row a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.ingest.writers import TOO_LONG, like, line_variants, marked

_TIMES = st.sampled_from(["2019-10-26T23:59:59.999Z", "2019-10-27T01:30:00+01:00", "2019-10-27T00:10:00.123456Z"])
_WHO: list[dict[str, Any]] = [{"userId": "u"}, {"anonymousId": "a"}, {"userId": 7, "anonymousId": "a"}]
_PRODUCT = st.fixed_dictionaries(
    {"product_id": st.sampled_from(["p", 7, "ж"])},
    optional={
        "price": st.sampled_from([19.99, 20, "19.99", 0, 0.005]),
        "quantity": st.sampled_from([1, 2.0, "3"]),
        "category": st.just("a.b"),
        "own": st.sampled_from([1.5, "text", [1, {"x": True}]]),
    },
)
_TRACK = st.fixed_dictionaries(
    {
        "type": st.just("track"),
        "event": st.sampled_from(["Product Viewed", "product added", "Product Removed", "Order Completed"]),
        "properties": _PRODUCT,
    }
)
_OTHER = st.sampled_from(
    [
        {"type": "page", "properties": {"path": "/"}},
        {"type": "identify", "traits": {"plan": "gold"}},
        {"type": "track", "event": "Cart Viewed", "properties": {"cart_id": "c"}},
        {"type": "alias", "previousId": "b"},
    ]
)
_OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "messageId": st.sampled_from(["m1", "m2", None]),
    "receivedAt": st.just("2019-10-27T01:00:00Z"),
    "context": st.sampled_from([{}, {"ip": "192.0.2.1", "page": {"url": "https://shop.example/p?utm_source=mail"}}]),
}


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


_ROW = st.builds(
    lambda what, who, rest: what | who | rest,
    _TRACK | _OTHER,
    st.sampled_from(_WHO),
    st.fixed_dictionaries({"timestamp": _TIMES}, optional=_OPTIONAL),
)


def _spoilt(**cells: Any) -> st.SearchStrategy[bytes]:
    return _ROW.map(lambda row: _line({key: value for key, value in (row | cells).items() if value is not ...}))


def _bought(**cells: Any) -> st.SearchStrategy[bytes]:
    return _spoilt(type="track", event="Order Completed", properties={"product_id": "p", **cells})


GOOD = _ROW.map(_line)
BAD = st.one_of(
    _spoilt(timestamp="2019-10-26T25:00:00Z"),
    _spoilt(timestamp="yesterday"),
    _spoilt(timestamp=...),
    _spoilt(timestamp="1803-10-26T25:00:00Z"),
    _spoilt(type="click"),
    _spoilt(type="track", event=...),
    _spoilt(userId=..., anonymousId="", previousId=None),
    _spoilt(properties=[], type="track", event="Product Viewed"),
    _spoilt(properties={}, type="track", event="Order Completed"),
    _spoilt(properties={"products": [1]}, type="track", event="Order Completed"),
    _spoilt(context="here"),
    _spoilt(userId=["u"]),
    _spoilt(userId="\0"),
    _bought(price=-1),
    _bought(price="much"),
    _bought(price=1e300),
    _bought(price=[1]),
    _bought(quantity=1.5),
    _bought(quantity=True),
    _bought(quantity=-1),
    _bought(quantity=2**40),
    st.builds(lambda row, brand: _line(row | {"userId": brand}), _ROW, TOO_LONG),
    st.sampled_from([b"{", b"[1]", b"null", b"{}", b"\xff", b'{"type": "\xff"}', b'"\\ud800"']),
    st.just(b'{"type": ' + b"[" * 3_000 + b"]" * 3_000 + b"}"),
)


def _plain(rows: Sequence[bytes]) -> bytes:
    return b"\n".join([*rows, b""])


__all__ = ["BAD", "GOOD", "VARIANTS", "like"]
VARIANTS = line_variants(_plain) | marked(_plain)
