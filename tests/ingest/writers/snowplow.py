"""JSON lines of Snowplow's tracker payloads, one row a line."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.ingest.writers import TOO_LONG, like, line_variants, marked

_SHOP = "iglu:com.snowplowanalytics.snowplow.ecommerce"
_ENVELOPE = "iglu:com.snowplowanalytics.snowplow"


def _described(name: str, data: Any) -> dict[str, Any]:
    return {"schema": f"{_ENVELOPE}/{name}/jsonschema/1-0-0", "data": data}


def _action(kind: str) -> dict[str, Any]:
    action = {"schema": f"{_SHOP}/snowplow_ecommerce_action/jsonschema/1-0-2", "data": {"type": kind}}
    return _described("unstruct_event", action)


def _product(**data: Any) -> dict[str, Any]:
    return _described("contexts", [{"schema": f"{_SHOP}/product/jsonschema/1-0-0", "data": data}])


def _encoded(told: Any) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


_PRODUCTS = st.fixed_dictionaries(
    {"id": st.sampled_from(["p", "ж"]), "price": st.sampled_from([19.99, 20])},
    optional={"quantity": st.sampled_from([1, 2]), "category": st.just("a/b"), "currency": st.just("EUR")},
).map(lambda data: _product(**data))
_ACTIONS = st.sampled_from(["product_view", "add_to_cart", "remove_from_cart", "transaction", "list_view"])
_WHAT = st.one_of(
    st.sampled_from(
        [
            {"e": "pv", "url": "https://shop.example/p?utm_source=mail", "refr": "https://search.example/"},
            {"e": "se", "se_ca": "shop", "se_ac": "add-to-basket", "se_la": "p", "se_pr": "2", "se_va": "5.5"},
            {"e": "se", "se_ca": "shop", "se_ac": "newsletter"},
            {"e": "ti", "ti_id": "o", "ti_sk": "p", "ti_pr": "19.99", "ti_qu": "1"},
            {"e": "tr", "tr_id": "o", "tr_tt": "19.99"},
            {"e": "pp"},
        ]
    ),
    st.builds(
        lambda kind, about: {"e": "ue", "ue_pr": json.dumps(_action(kind)), "co": json.dumps(about)},
        _ACTIONS,
        _PRODUCTS,
    ),
    st.builds(
        lambda kind, about: {"e": "ue", "ue_px": _encoded(_action(kind)), "cx": _encoded(about)}, _ACTIONS, _PRODUCTS
    ),
)
_REST = st.fixed_dictionaries(
    {"dtm": st.sampled_from(["1572134399999", "1572136200000", "1572134400123"]), "tv": st.just("js-4")},
    optional={"eid": st.sampled_from(["e1", "e2"]), "ip": st.just("192.0.2.1"), "page": st.just("Shirt")},
)
_WHO: list[dict[str, Any]] = [{"uid": "u"}, {"duid": "a"}, {"sid": "s"}]
_ROW = st.builds(lambda what, rest, who: what | rest | who, _WHAT, _REST, st.sampled_from(_WHO))


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


def _spoilt(**cells: Any) -> st.SearchStrategy[bytes]:
    return _ROW.map(lambda row: _line({key: value for key, value in (row | cells).items() if value is not ...}))


GOOD = _ROW.map(_line)
BAD = st.one_of(
    _spoilt(dtm="soon"),
    _spoilt(dtm=...),
    _spoilt(dtm="12"),
    _spoilt(e="xx"),
    _spoilt(e=...),
    _spoilt(uid=..., duid="", sid=None),
    _spoilt(e="ti", ti_sk="", co=..., cx=...),
    _spoilt(e="ti", ti_sk="p", ti_pr="-1", co=..., cx=...),
    _spoilt(e="ti", ti_sk="p", ti_qu="many", co=..., cx=...),
    _spoilt(co="{"),
    _spoilt(co="[]", cx=...),
    _spoilt(co=..., cx="!"),
    _spoilt(e="ue", ue_pr="{}", ue_px=...),
    _spoilt(e="ue", ue_pr=..., ue_px=...),
    _spoilt(uid=["u"]),
    st.builds(lambda row, long: _line(row | {"uid": long}), _ROW, TOO_LONG),
    st.sampled_from([b"{", b"[1]", b"null", b"{}", b"\xff", b'{"e": "pv"}', b'{"data": 1}', b'{"data": [1]}']),
)


def _plain(rows: Sequence[bytes]) -> bytes:
    return b"\n".join([*rows, b""])


__all__ = ["BAD", "GOOD", "VARIANTS", "like"]
VARIANTS = line_variants(_plain) | marked(_plain)
