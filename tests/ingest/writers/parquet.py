"""Parquet with the event's columns, as different programs write it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.ingest.writers import TOO_LONG, Encode, like

SCHEMA = pa.schema(
    [
        ("event_time", pa.timestamp("us", "UTC")),
        *((name, pa.string()) for name in ("event_type", "product_id", "brand", "user_id", "user_session", "event_id")),
        ("price", pa.float64()),
        ("quantity", pa.int64()),
    ]
)
START = datetime(2019, 10, 1, 23, 40, tzinfo=UTC)

_CELLS: dict[str, st.SearchStrategy[Any]] = {
    "event_time": st.sampled_from([START, START + timedelta(minutes=19), START + timedelta(minutes=31)]),
    "event_type": st.sampled_from(["view", "cart", "purchase"]),
    "product_id": st.sampled_from(["1", "ж"]),
    "brand": st.sampled_from([None, "", "samsung"]),
    "user_id": st.sampled_from(["u", "v"]),
    "user_session": st.sampled_from([None, "s", "t"]),
    "event_id": st.sampled_from([None, None, "e1", "e2"]),
    "price": st.sampled_from([None, 0.0, 35.79, 1e9, 0.125]),
    "quantity": st.sampled_from([None, 1, 2]),
}


def _spoilt(name: str, *values: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(_CELLS | {name: st.sampled_from(values)})


GOOD = st.fixed_dictionaries(_CELLS)
BAD = st.one_of(
    _spoilt("event_time", None, datetime(1994, 12, 31, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)),
    _spoilt("event_type", None, "", "buy"),
    _spoilt("product_id", None, ""),
    _spoilt("brand", "a\0b"),
    st.fixed_dictionaries(_CELLS | {"brand": TOO_LONG}),
    _spoilt("price", -0.01, 1e308, 1e12, float("nan"), float("inf"), float("-inf")),
    _spoilt("quantity", -1, 2**40),
    st.fixed_dictionaries(_CELLS | {"user_id": st.just(""), "user_session": st.none()}),
)


def _written(cast: Callable[[pa.Table], pa.Table] = lambda table: table, **options: Any) -> Encode:
    def encode(rows: Sequence[dict[str, Any]]) -> bytes:
        file = io.BytesIO()
        pq.write_table(cast(pa.Table.from_pylist(list(rows), SCHEMA)), file, **options)
        return file.getvalue()

    return encode


def _texts(kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.cast(
        pa.schema([pa.field(field.name, kind if field.type == pa.string() else field.type) for field in table.schema])
    )


def _column(name: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.column_names.index(name), name, table.column(name).cast(kind))


__all__ = ["BAD", "GOOD", "VARIANTS", "like"]
VARIANTS = {
    "snappy": _written(),
    "zstd": _written(compression="zstd"),
    "one row a group": _written(row_group_size=1, compression="none"),
    "large strings": _written(_texts(pa.large_string())),
    "bytes": _written(_texts(pa.binary())),
    "dictionaries": _written(_texts(pa.dictionary(pa.int32(), pa.string()))),
    "nanoseconds": _written(_column("event_time", pa.timestamp("ns", "UTC"))),
    "another zone": _written(_column("event_time", pa.timestamp("ms", "Asia/Kolkata"))),
    "no zone": _written(_column("event_time", pa.timestamp("us"))),
    "times as text": _written(_column("event_time", pa.string())),
    "quantities as floats": _written(_column("quantity", pa.float64())),
    "columns the other way": _written(lambda table: table.select(table.column_names[::-1])),
    "a column of its own": _written(lambda table: table.append_column("own", pa.array([{"a": 1}] * table.num_rows))),
}
