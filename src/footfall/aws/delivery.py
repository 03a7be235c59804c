"""Clean events into the lake: the records of a batch as Parquet, by the UTC day on which the stream took them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from footfall.aws import records
from footfall.aws.appender import refuse
from footfall.aws.lake_files import put
from footfall.aws.records import Record
from footfall.aws.tables import RAW, TABLES
from footfall.event import glue_columns
from footfall.ingest.convert import LONGEST_TEXT
from footfall.ingest.rows import table
from footfall.ports import DeadLetter

_ARROW = {"string": pa.string(), "bigint": pa.int64(), "int": pa.int32()}
SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in glue_columns(as_sent=True).items()])


def deliver(bucket: str, letters: str, name: str, batch: Sequence[Record]) -> int:
    """Writes a batch, a file a day; the same batch again replaces its files. What is no event is a dead letter.

    Args:
        bucket: of the lake.
        letters: the dead letters' delivery stream.
        name: of the batch: that of its first record.
        batch: records in order.

    Returns:
        How many events were written.
    """
    days: dict[date, list[Any]] = {}
    refused = []
    for record in batch:
        row, reason = records.row(record.data)
        if reason:
            told = record.data[:LONGEST_TEXT].decode("utf-8", "replace")
            refused.append(DeadLetter("clean", 0, reason, told))
        else:
            day = datetime.fromtimestamp(record.arrived / 1000, UTC).date()
            days.setdefault(day, []).append(row)
    for day, rows in days.items():
        put(bucket, TABLES[RAW], day, name, table(rows).select(SCHEMA.names).cast(SCHEMA))
    refuse(letters, refused)
    return sum(map(len, days.values()))
