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
NEEDED = frozenset({"event_time", "event_type"})


def sniff(head: bytes) -> bool:
    """Parquet's magic."""
    return head.startswith(b"PAR1")


def tasks(source: Source, store: Store) -> Iterator[Task]:
    """Batches of rows."""
    if source.path == STDIN:
        raise FootfallError("Parquet cannot be read from standard input; name the file.")
    try:
        with source.open() as _, pq.ParquetFile(source.path) as file:
            _refuse_columns(source.name, file.schema_arrow)
            yield from _batches(source, file, store)
    except (pa.ArrowException, OSError) as error:
        raise FootfallError(f"{source.name} is damaged or no Parquet file; nothing of it was stored.") from error


def _batches(source: Source, file: pq.ParquetFile, store: Store) -> Iterator[Task]:
    names = [name for name in file.schema_arrow.names if name in NAMES]
    minor = pa.types.is_integer(file.schema_arrow.field("price").type) if "price" in names else True
    row, total = 0, max(file.metadata.num_rows, 1)
    for batch in file.iter_batches(ROWS, columns=names):
        table = pa.Table.from_batches([batch])
        row += table.num_rows
        done = (source.size or 0) * row // total
        yield Task(
            partial(_check, source.name, table, row - table.num_rows + 1, None if minor else store.minor_digits), done
        )


def _refuse_columns(file: str, schema: pa.Schema) -> None:
    names = [name for name in schema.names if name in NAMES]
    if missing := NEEDED - set(names):
        raise FootfallError(f"{file} lacks the columns {', '.join(sorted(missing))}.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise FootfallError(f"{file} has the column {twice[0]} twice.")
    if strange := [name for name in names if not _is_plain(schema.field(name).type)]:
        kind = schema.field(strange[0]).type
        raise FootfallError(f"{file} has a column {strange[0]} of type {kind}, which no field of an event is.")


def _is_plain(kind: pa.DataType) -> bool:
    """Whether its values can be told as text."""
    try:
        pa.array([], kind).cast(pa.string())
    except pa.ArrowNotImplementedError:
        return False
    return True


def _utf8_checked(table: pa.Table) -> pa.Table:
    """Text that is not UTF-8 as the bytes it is: a file's word for its encoding is not taken."""
    try:
        table.validate(full=True)
    except pa.ArrowInvalid:
        return pa.table({name: _bytes(table.column(name)) for name in table.column_names})
    return table


def _bytes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return column.cast(pa.binary()) if texts else column


def _check(name: str, table: pa.Table, first: int, minor_digits: int | None) -> Checked:
    table = _utf8_checked(table)
    parsed = Parsed(table, range(first, first + table.num_rows), lambda row: _text(table, row))
    return check(name, parsed, minor_digits)


def _text(table: pa.Table, row: int) -> str:
    cells = table.slice(row, 1).to_pylist()[0]
    shown = {key: cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell for key, cell in cells.items()}
    return msgspec.json.encode(shown, enc_hook=str).decode()
