"""CSV with the event's own column names, as REES46 publishes its stores' histories."""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.csv

from footfall.config import Store
from footfall.event import NAMES
from footfall.ingest.adapter import Parsed, Task, block_task
from footfall.ingest.day import REPEATING
from footfall.ingest.source import LONGEST_LINE, Block, Source, blocks
from footfall.ports import FootfallError

TITLE = "CSV whose header names the event's fields (REES46's nine columns); prices in major units"
NEEDED = frozenset({"event_time", "event_type"})
UNCLOSED = "a quote is never closed"
SHOWN = 40
"""Characters of a strange column's name that a message shows."""

csv.field_size_limit(LONGEST_LINE)

_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_TYPES = {name: _DICTIONARY if name in REPEATING | {"price"} else pa.string() for name in NAMES}


_UTF8, _ASCII = (
    pyarrow.csv.ConvertOptions(column_types=_TYPES, strings_can_be_null=True, null_values=[""], check_utf8=check)
    for check in (True, False)
)


def sniff(head: bytes) -> bool:
    """A header line with the fields that no event of a product can lack."""
    return set(_header(head)) >= NEEDED | {"product_id"}


def tasks(source: Source, store: Store) -> Iterator[Task]:
    """The rows under the header."""
    with source.open() as (stream, raw):
        if not (line := stream.readline(LONGEST_LINE)):
            raise FootfallError(f"{source.name} is empty.")
        names = _header(line)
        _refuse_header(names, source.name)
        for block in blocks(stream, raw, first_line=2):
            yield block_task(source.name, partial(parse, names), block, store.minor_digits)


def _refuse_header(names: list[str], file: str) -> None:
    if unknown := [name for name in names if name not in NAMES]:
        shown = ", ".join(ascii(name[:SHOWN]) for name in unknown[:3])
        raise FootfallError(f"{file} has columns that are no field of an event, as {shown}.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise FootfallError(f"{file} has the column {twice[0]} twice.")
    if missing := NEEDED - set(names):
        raise FootfallError(f"{file} lacks the columns {', '.join(sorted(missing))}.")


def _header(head: bytes) -> list[str]:
    line = head.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").strip()
    return [name.strip().strip('"') for name in line.split(",")]


def parse(names: Sequence[str], block: Block) -> Parsed:
    """Cuts lines into columns: all at once, or line by line where something is unusual."""
    parsed = _parse_block(names, block) or _parse_lines(names, block)
    return replace(parsed, header=",".join(names))


def _parse_block(names: Sequence[str], block: Block) -> Parsed | None:
    """The quick way; None unless every line became exactly one row."""
    data = block.data
    if data.startswith(BOM_UTF8) or b"\0" in data or _holds_bare_return(data) or _ends_quoted(data):
        return None
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            pyarrow.csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
            convert_options=_ASCII if data.isascii() else _UTF8,
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != block.lines:
        return None
    return Parsed(table, range(block.first_line, block.first_line + block.lines), lambda row: _line(data, row))


def _holds_bare_return(data: bytes) -> bool:
    return b"\r" in data and data.count(b"\r") != data.count(b"\r\n")


def _ends_quoted(data: bytes) -> bool:
    """Whether a quote of the last line is never closed; of any other line, it would swallow the next one."""
    last = data[data.rfind(b"\n", 0, -1) + 1 :].rstrip(b"\r\n")
    return b'"' in last and _cells(last, 0)[1] == UNCLOSED


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
    """The cells of one line, or why there are none; after a closing quote a cell goes on, as Arrow has it."""
    if b"\0" in raw:
        return [], "holds a NUL character"
    try:
        cells = next(csv.reader([raw.decode("utf-8") + ","]))
    except UnicodeDecodeError:
        return [], "not UTF-8"
    except csv.Error as error:
        return [], f"not CSV: {error}"
    if cells.pop():
        return [], UNCLOSED
    if len(cells) != wanted:
        return [], f"{len(cells)} columns instead of {wanted}"
    return [cell or None for cell in cells], ""


def _table(names: Sequence[str], rows: list[list[str | None]]) -> pa.Table:
    columns = np.array(rows, dtype=object).reshape(-1, len(names)).T
    return pa.table({name: pa.array(list(column), pa.string()) for name, column in zip(names, columns, strict=True)})
