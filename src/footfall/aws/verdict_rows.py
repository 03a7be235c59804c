"""Verdicts into the lake: each change of one, as the table's stream tells it, a row of Parquet under its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq

from footfall.aws import incident_items as items
from footfall.aws.tables import TABLES, VERDICT_SCHEMA, VERDICTS
from footfall.layout import partition
from footfall.verdict_row import told_of


def row(image: Mapping[str, Any], changed_at: int) -> dict[str, Any]:
    """A verdict as a change left it.

    Args:
        image: the item, plain values by name.
        changed_at: when, seconds since 1970.

    Raises:
        KeyError, TypeError, ValueError: it is no verdict.
    """
    return {**told_of(items.verdict_of(image)), "changed_at": 1000 * int(changed_at)}


def write(bucket: str, name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Writes rows, a file a day of change; the same name again replaces the file.

    Returns:
        The keys written.
    """
    described = TABLES[VERDICTS]
    days: dict[str, list[Mapping[str, Any]]] = {}
    for each in rows:
        day = datetime.fromtimestamp(each["changed_at"] / 1000, UTC).date()
        days.setdefault(f"{described.prefix}/{partition(described.key, day)}/{name}.parquet", []).append(each)
    for key, held in days.items():
        buffer = BytesIO()
        pq.write_table(pa.Table.from_pylist([*held], VERDICT_SCHEMA), buffer, compression="zstd")
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=buffer.getvalue())
    return list(days)
