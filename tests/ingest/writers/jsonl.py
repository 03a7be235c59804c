"""JSON lines of the event, some with fields of the source's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.ingest.writers import TOO_LONG, like, line_variants, marked

_NEEDED: dict[str, st.SearchStrategy[Any]] = {
    "event_time": st.sampled_from(["2019-10-26T23:59:59.999Z", "2019-10-27T01:30:00+01:00", "2019-10-27 00:10:00"]),
    "event_type": st.sampled_from(["view", "cart", "identify", "page"]),
    "product_id": st.sampled_from(["p", 7, "ж"]),
}
_WHO: list[dict[str, Any]] = [
    {"user_id": "u"},
    {"anon_id": "a"},
    {"user_session": "s"},
    {"user_id": "u", "anon_id": "a"},
]
_OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "event_id": st.sampled_from(["e1", "e2", None]),
    "brand": st.sampled_from(["", "acme", None]),
    "price": st.integers(0, 10**13),
    "ip": st.just("192.0.2.1"),
    "status": st.sampled_from([200, 404]),
    "extra": st.sampled_from([{"b": 1, "a": {"c": None}}, None]),
    "own": st.sampled_from([1.5, "text", [1, {"x": True}], 10**30]),
}


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


_ROW = st.builds(lambda row, who: row | who, st.fixed_dictionaries(_NEEDED, optional=_OPTIONAL), st.sampled_from(_WHO))


def _spoilt(**cells: Any) -> st.SearchStrategy[bytes]:
    return _ROW.map(lambda row: _line({key: value for key, value in (row | cells).items() if value is not ...}))


GOOD = _ROW.map(_line)
BAD = st.one_of(
    _spoilt(event_time="2019-10-26T25:00:00Z"),
    _spoilt(event_time=1572134399),
    _spoilt(event_time=...),
    _spoilt(event_type="click"),
    _spoilt(user_id=..., anon_id="", user_session=None),
    _spoilt(price=-1),
    _spoilt(price="1"),
    _spoilt(price=1.5),
    _spoilt(price=10**13 + 1),
    _spoilt(price=10**13, quantity=2),
    _spoilt(quantity=True),
    _spoilt(status=2**31),
    st.builds(lambda row, brand: _line(row | {"brand": brand}), _ROW, TOO_LONG),
    _spoilt(brand="\0"),
    _spoilt(brand=["list"]),
    _spoilt(extra="text"),
    st.sampled_from([b"{", b"[1]", b"null", b"{}", b'{"event_time": 1e400}', b"\xff", b'{"a": "\xff"}', b'"\\ud800"']),
    st.just(b'{"event_time": ' + b"[" * 3_000 + b"]" * 3_000 + b"}"),
)


def _plain(rows: Sequence[bytes]) -> bytes:
    return b"\n".join([*rows, b""])


__all__ = ["BAD", "GOOD", "VARIANTS", "like"]
VARIANTS = line_variants(_plain) | marked(_plain)
