"""JSON lines of the event itself: what `footfall simulate` and the event log write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow.json import ParseOptions, ReadOptions, read_json

from footfall.config import Store
from footfall.event import FIELDS
from footfall.ingest.adapter import Parsed, Task, line_tasks
from footfall.ingest.rows import ARROW, Row, table, told
from footfall.ingest.source import Block, Source

TITLE = "JSON lines of the event; prices in minor units"

_ROWS = msgspec.json.Decoder(list[Row])
_FLAT = ParseOptions(
    pa.schema([(known.name, ARROW[known.kind]) for known in FIELDS if known.kind != "json"]),
    unexpected_field_behavior="error",
)
_ANY = msgspec.json.Decoder(dict[str, Any])
_NEWLINE, _BRACE = b"\n{"
_BOM = b"\xef\xbb\xbf"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def sniff(head: bytes) -> bool:
    """A first line that is a JSON object with a time and a type."""
    line = head.removeprefix(_BOM).partition(b"\n")[0]
    return line.lstrip().startswith(b"{") and b'"event_time"' in line and b'"event_type"' in line


def tasks(source: Source, _store: Store) -> Iterator[Task]:
    """Every line that is not blank."""
    yield from line_tasks(source, parse)


def parse(block: Block) -> Parsed:
    """Reads lines all at once when each is an event and nothing else, or else one by one."""
    data = block.data.removeprefix(_BOM) if block.first_line == 1 else block.data
    data = data.rstrip(b"\n")
    letters = np.frombuffer(data, np.uint8)
    begins = np.append(0, np.flatnonzero(letters == _NEWLINE) + 1)
    many = len(begins)
    events = _flat(data, many) if len(data) and (letters[begins] == _BRACE).all() else None
    if events is None:
        return _parse_nested(data.split(b"\n"), block.first_line)
    return Parsed(events, range(block.first_line, block.first_line + many), lambda row: _text(data.split(b"\n")[row]))


def _flat(data: bytes, many: int) -> pa.Table | None:
    """Objects without ``extra``, one a line, read by Arrow; None where one is anything but such an event."""
    if b'"extra"' in data or not _is_text(data):
        return None
    try:
        found = read_json(pa.BufferReader(data), ReadOptions(False, len(data) + 1), _FLAT)
    except pa.ArrowException:
        return None
    return found.append_column("extra", pa.nulls(many)) if len(found) == many else None


def _is_text(data: bytes) -> bool:
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def _parse_nested(lines: list[bytes], first_line: int) -> Parsed:
    try:
        rows = _ROWS.decode(b"[" + b",".join(lines) + b"]")
    except _UNREADABLE:
        return _parse_lines(lines, first_line)
    if len(rows) != len(lines):
        return _parse_lines(lines, first_line)
    return Parsed(table(rows), range(first_line, first_line + len(lines)), lambda row: _text(lines[row]))


def _parse_lines(lines: list[bytes], first_line: int) -> Parsed:
    rows: list[Any] = []
    kept: list[int] = []
    refused: list[tuple[int, str, str]] = []
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        row, reason = _row(line)
        if reason:
            refused.append((first_line + index, reason, _text(line)))
        else:
            rows.append(row)
            kept.append(index)
    return Parsed(table(rows), [first_line + i for i in kept], lambda row: _text(lines[kept[row]]), refused)


def _row(line: bytes) -> tuple[Any, str]:
    """One line as an event, or why it is none."""
    try:
        return told(_ANY.decode(line))
    except _UNREADABLE as error:
        return {}, f"not a JSON object: {error}"


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", "replace")
