"""CSV with the event's own column names, as REES46 publishes its stores' histories."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.csv

from footfall.config import Store
from footfall.event import NAMES
from footfall.ingest.adapter import Parsed, Task, line_tasks
from footfall.ingest.day import REPEATING
from footfall.ingest.source import LONGEST_LINE, Block, Source
from footfall.ports import FootfallError

TITLE = "CSV whose header names the event's fields (REES46's nine columns); prices in major units"
NEEDED = frozenset({"event_time", "event_type", "product_id"})

_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_TYPES = {name: _DICTIONARY if name in REPEATING | {"price"} else pa.string() for name in NAMES}


def sniff(head: bytes) -> bool:
    """A header line with the fields that no event of a product can lack."""
    return set(_header(head)) >= NEEDED


def tasks(source: Source, store: Store) -> Iterator[Task]:
    """The rows under the header."""
    names = _header(source.head())
    if unknown := [name for name in names if name not in NAMES]:
        raise FootfallError(f"{source.name} has columns that are no field of an event: {', '.join(unknown)}.")
    yield from line_tasks(source, partial(parse, names), store.minor_digits, header=True)


def _header(head: bytes) -> list[str]:
    line = head.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").strip()
    return [name.strip().strip('"') for name in line.split(",")]


def parse(names: Sequence[str], block: Block) -> Parsed:
    """Cuts lines into columns: all at once, or line by line where something is unusual."""
    return _parse_block(names, block) or _parse_lines(names, block)


def _parse_block(names: Sequence[str], block: Block) -> Parsed | None:
    """The quick way; None unless every line became exactly one row."""
    data = block.data
    if b"\0" in data:
        return None
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            pyarrow.csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
            pyarrow.csv.ParseOptions(ignore_empty_lines=False),
            pyarrow.csv.ConvertOptions(column_types=_TYPES, strings_can_be_null=True, null_values=[""]),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != block.lines:
        return None
    return Parsed(table, range(block.first_line, block.first_line + block.lines), lambda row: _line(data, row))


def _line(data: bytes, row: int) -> str:
    return data.split(b"\n", row + 1)[row].rstrip(b"\r").decode("utf-8", "replace")


def _parse_lines(names: Sequence[str], block: Block) -> Parsed:
    rows: list[list[str | None]] = []
    lines: list[int] = []
    texts: list[str] = []
    refused: list[tuple[int, str, str]] = []
    for number, raw in enumerate(block.data.split(b"\n"), block.first_line):
        text = raw.rstrip(b"\r").decode("utf-8", "replace")
        if not text:
            continue
        cells, reason = _cells(raw.rstrip(b"\r"), len(names))
        if reason:
            refused.append((number, reason, text))
        else:
            rows.append(cells)
            lines.append(number)
            texts.append(text)
    return Parsed(_table(names, rows), lines, texts.__getitem__, refused)


def _cells(raw: bytes, wanted: int) -> tuple[list[str | None], str]:
    """The cells of one line, or why there are none."""
    if len(raw) >= LONGEST_LINE:
        return [], f"longer than {LONGEST_LINE:,} bytes; its beginning is kept"
    if b"\0" in raw:
        return [], "holds a NUL character"
    try:
        cells = next(csv.reader(io.StringIO(raw.decode("utf-8")), strict=True))
    except UnicodeDecodeError:
        return [], "not UTF-8"
    except csv.Error as error:
        return [], f"not CSV: {error}"
    if len(cells) != wanted:
        return [], f"{len(cells)} columns instead of {wanted}"
    return [cell or None for cell in cells], ""


def _table(names: Sequence[str], rows: list[list[str | None]]) -> pa.Table:
    columns = np.array(rows, dtype=object).reshape(-1, len(names)).T
    return pa.table({name: pa.array(list(column), pa.string()) for name, column in zip(names, columns, strict=True)})


