"""Parquet whose columns are named as the event's fields."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from footfall.config import Store
from footfall.event import NAMES
from footfall.ingest.adapter import Checked, Parsed, Task, check
from footfall.ingest.source import STDIN, Source
from footfall.ports import FootfallError

TITLE = "Parquet with the event's columns; whole-number prices are minor units, others major"
ROWS = 1 << 17


def sniff(head: bytes) -> bool:
    """Parquet's magic."""
    return head.startswith(b"PAR1")


def tasks(source: Source, store: Store) -> Iterator[Task]:
    """Batches of rows."""
    if source.path == STDIN:
        raise FootfallError("Parquet cannot be read from standard input; name the file.")
    try:
        with pq.ParquetFile(source.path) as file:
            yield from _batches(source, file, store)
    except pa.ArrowInvalid as error:
        raise FootfallError(f"{source.name} is damaged or no Parquet file; nothing of it was stored.") from error


def _batches(source: Source, file: pq.ParquetFile, store: Store) -> Iterator[Task]:
    names = [name for name in file.schema_arrow.names if name in NAMES]
    if missing := {"event_time", "event_type"} - set(names):
        raise FootfallError(f"{source.name} lacks the columns {', '.join(sorted(missing))}.")
    minor = pa.types.is_integer(file.schema_arrow.field("price").type) if "price" in names else True
    row, total = 0, max(file.metadata.num_rows, 1)
    for batch in file.iter_batches(ROWS, columns=names):
        table = pa.Table.from_batches([batch])
        row += table.num_rows
        done = (source.size or 0) * row // total
        yield Task(partial(_check, source.name, table, row - table.num_rows + 1, None if minor else store.minor_digits), done)


def _check(name: str, table: pa.Table, first: int, minor_digits: int | None) -> Checked:
    parsed = Parsed(table, range(first, first + table.num_rows), lambda row: _text(table, row))
    return check(name, parsed, minor_digits)


def _text(table: pa.Table, row: int) -> str:
    return msgspec.json.encode(table.slice(row, 1).to_pylist()[0], enc_hook=str).decode()
