"""CSV with REES46's nine columns and two more."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.ingest.writers import TOO_LONG, like, line_variants, marked

NAMES = b"event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session,event_id,quantity"

_CELLS = {
    "time": st.sampled_from(
        ["2019-10-01 23:40:00 UTC", "2019-10-01 23:59:59 UTC", "2019-10-02 00:10:00 UTC", "2019-10-03T02:00:00+02:00"]
    ),
    "type": st.sampled_from(["view", "cart", "purchase"]),
    "product": st.sampled_from(["1004856", "\u00e9", "p 3"]),
    "category": st.sampled_from(["", "2053013555631882655"]),
    "code": st.sampled_from(["", "electronics.smartphone"]),
    "brand": st.sampled_from(["", "samsung", '"x, y"', '"a ""b"""', 'in"ch', '"sam"sung', '""']),
    "price": st.sampled_from(["", "0", "35.79", "130.760000", "0.125"]),
    "user": st.sampled_from(["541312140", "007"]),
    "session": st.sampled_from(["", "72d76fde", "9-a"]),
    "id": st.sampled_from(["", "", "", "e1", "e2"]),
    "quantity": st.sampled_from(["", "1", "07"]),
}


def _line(cells: dict[str, str]) -> bytes:
    return ",".join(cells[name] for name in _CELLS).encode()


def _spoilt(name: str, *values: str) -> st.SearchStrategy[bytes]:
    return st.fixed_dictionaries(_CELLS | {name: st.sampled_from(values)}).map(_line)


GOOD = st.fixed_dictionaries(_CELLS).map(_line)
BAD = st.one_of(
    _spoilt("time", "", "yesterday", "1994-12-31 23:59:59 UTC", "1570000000", "2019-13-01 00:00:00 UTC"),
    _spoilt("type", "", "buy", "VIEW"),
    _spoilt("product", ""),
    _spoilt("price", "-1", "1e400", "nan", "12,5", "free"),
    _spoilt("quantity", "-1", "1.5", "0x10", "99999999999"),
    _spoilt("brand", '"never closed', "a\0b"),
    st.fixed_dictionaries(_CELLS | {"brand": TOO_LONG}).map(_line),
    st.just(b"a,b"),
    st.just(b"2019-10-01 00:00:00 UTC,view,1,,,,1,u,s,,1,and one more"),
    st.just(b"2019-10-01 00:00:00 UTC,view,1,,,\xff\xfe,1,u,s,,1"),
    st.just(b"2019-10-01 00:00:00 UTC,view,1,,,one\rtwo,1,u,s,,1"),
    st.just(b"2019-10-01 00:00:00 UTC,view,1,,,,1,,,,1"),
)


def _plain(rows: Sequence[bytes]) -> bytes:
    return b"\n".join([NAMES, *rows, b""])


__all__ = ["BAD", "GOOD", "VARIANTS", "like"]
VARIANTS = line_variants(_plain) | marked(_plain)
