"""What a line of the stream has: the fields that rules read, as a table in the event's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from footfall.event import arrow_schema

KEPT = (
    "event_time",
    "event_type",
    "product_id",
    "price",
    "user_id",
    "user_session",
    "received_at",
    "anon_id",
    "order_id",
    "quantity",
    "ip",
    "user_agent",
    "path",
    "status",
)


def table(columns: Mapping[str, Any]) -> pa.Table:
    """Columns as a table of events; times in ms; what is not kept is null."""
    rows = len(columns["event_time"])
    return pa.table([_array(columns, field, rows) for field in arrow_schema()], schema=arrow_schema())


def _array(columns: Mapping[str, Any], field: pa.Field, rows: int) -> pa.Array | pa.ChunkedArray:
    values = columns.get(field.name) if field.name in KEPT else None
    if values is None:
        return pa.nulls(rows, field.type)
    if pa.types.is_timestamp(field.type):
        return pa.array(np.asarray(values) * 1000).cast(field.type)
    return values if isinstance(values, pa.ChunkedArray) else pa.array(values, field.type)
