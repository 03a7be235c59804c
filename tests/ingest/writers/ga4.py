"""JSON lines of Google Analytics 4 as BigQuery exports them, one row a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.ingest.writers import TOO_LONG, line_variants, marked

_ITEM = st.fixed_dictionaries(
    {"item_id": st.sampled_from(["p", "ж"])},
    optional={
        "price": st.sampled_from([19.99, 20]),
        "quantity": st.sampled_from([1, "2"]),
        "item_brand": st.sampled_from(["acme", "(not set)"]),
        "item_category": st.just("a"),
        "item_category2": st.just("b"),
    },
)
_NAMES = st.sampled_from(["view_item", "add_to_cart", "remove_from_cart", "purchase", "view_item_list"])
_WHAT = st.one_of(
    st.builds(lambda name, item: {"event_name": name, "items": [item]}, _NAMES, _ITEM),
    st.sampled_from([{"event_name": "page_view"}, {"event_name": "login"}, {"event_name": "scroll", "items": []}]),
)
_PARAMS = st.sampled_from(
    [
        [],
        [
            {"key": "ga_session_id", "value": {"int_value": "17", "string_value": None}},
            {"key": "page_location", "value": {"string_value": "https://shop.example/p?utm_source=mail"}},
            {"key": "own", "value": {"double_value": 1.5}},
        ],
    ]
)
_REST = st.fixed_dictionaries(
    {"event_timestamp": st.sampled_from(["1572134399999123", 1572136200000000]), "event_params": _PARAMS},
    optional={
        "event_bundle_sequence_id": st.sampled_from([1, "2"]),
        "batch_event_index": st.just(3),
        "ecommerce": st.just({"transaction_id": "o1"}),
        "device": st.just({"category": "mobile"}),
    },
)
_WHO: list[dict[str, Any]] = [{"user_id": "u"}, {"user_pseudo_id": "a.1"}, {"user_id": "u", "user_pseudo_id": "a.1"}]
_ROW = st.builds(lambda what, rest, who: what | rest | who, _WHAT, _REST, st.sampled_from(_WHO))


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


def _spoilt(**cells: Any) -> st.SearchStrategy[bytes]:
    return _ROW.map(lambda row: _line({key: value for key, value in (row | cells).items() if value is not ...}))


def _sold(**cells: Any) -> st.SearchStrategy[bytes]:
    return _spoilt(event_name="purchase", items=[{"item_id": "p", **cells}])


def like(piece: bytes) -> object:
    """A batch's event is one, whatever else a line says: its id is made of that and the time."""
    try:
        row = json.loads(piece)
        return (row["event_timestamp"], row.get("user_pseudo_id"), row["event_bundle_sequence_id"])
    except (ValueError, KeyError, TypeError):
        return piece


GOOD = _ROW.map(_line)
BAD = st.one_of(
    _spoilt(event_timestamp="soon"),
    _spoilt(event_timestamp=...),
    _spoilt(event_timestamp=12),
    _spoilt(event_name=...),
    _spoilt(event_name=7),
    _spoilt(user_id=..., user_pseudo_id="", event_params=[]),
    _spoilt(event_name="purchase", items=[]),
    _spoilt(items="p"),
    _spoilt(items=[1]),
    _spoilt(event_params=[{"value": 1}]),
    _spoilt(event_params=7),
    _sold(item_id=""),
    _sold(price=-1),
    _sold(price="much"),
    _sold(quantity=1.5),
    _sold(quantity=-1),
    st.builds(lambda row, long: _line(row | {"user_id": long}), _ROW, TOO_LONG),
    st.sampled_from([b"{", b"[1]", b"null", b"{}", b"\xff", b'{"event_name": "page_view"}']),
)


def _plain(rows: Sequence[bytes]) -> bytes:
    return b"\n".join([*rows, b""])


__all__ = ["BAD", "GOOD", "VARIANTS", "like"]
VARIANTS = line_variants(_plain) | marked(_plain)
