"""JSON lines of the event itself: what `footfall simulate` and the event log write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa

from footfall.config import Store
from footfall.event import FIELDS, NAMES
from footfall.ingest.adapter import Parsed, Task, line_tasks
from footfall.ingest.source import Block, Source

TITLE = "JSON lines of the event; prices in minor units"

_RAW = {
    "text": str | None,
    "time": str | None,
    "money": int | None,
    "integer": int | None,
    "json": dict[str, Any] | None,
}
_Row = msgspec.defstruct(
    "_Row",
    [(known.name, _RAW[known.kind], None) for known in FIELDS],
    forbid_unknown_fields=True,
    gc=False,
)
_ROWS = msgspec.json.Decoder(list[_Row])  # type: ignore[valid-type]
_ANY = msgspec.json.Decoder(dict[str, Any])
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
    lines = data.rstrip(b"\n").split(b"\n")
    try:
        rows = _ROWS.decode(b"[" + b",".join(lines) + b"]")
    except _UNREADABLE:
        return _parse_lines(lines, block.first_line)
    if len(rows) != len(lines):
        return _parse_lines(lines, block.first_line)
    columns = {name: [getattr(row, name) for row in rows] for name in NAMES}
    return Parsed(
        _table(columns), range(block.first_line, block.first_line + len(lines)), lambda row: _text(lines[row])
    )


def _parse_lines(lines: list[bytes], first_line: int) -> Parsed:
    rows: list[dict[str, Any]] = []
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
    columns = {name: [row.get(name) for row in rows] for name in NAMES}
    return Parsed(_table(columns), [first_line + i for i in kept], lambda row: _text(lines[kept[row]]), refused)


def _row(line: bytes) -> tuple[dict[str, Any], str]:
    """One line as an event with unknown fields gathered in ``extra``, or why it is none."""
    try:
        row = _ANY.decode(line)
    except _UNREADABLE as error:
        return {}, f"not a JSON object: {error}"
    unknown = {name: row.pop(name) for name in list(row) if name not in NAMES}
    if unknown and isinstance(row.get("extra"), dict | None):
        row["extra"] = {**(row.get("extra") or {}), **unknown}
    for known in FIELDS:
        value = row.get(known.name)
        if known.kind == "text" and isinstance(value, int | float) and not isinstance(value, bool):
            row[known.name] = str(value)
        elif value is not None and not _fits(value, known.kind):
            return {}, f"{known.name}: not {known.kind}"
    return row, ""


def _fits(value: object, kind: str) -> bool:
    if kind in ("money", "integer"):
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return isinstance(value, dict) if kind == "json" else isinstance(value, str)


def _table(columns: dict[str, list[Any]]) -> pa.Table:
    arrays = {}
    for known in FIELDS:
        values = columns[known.name]
        if known.kind == "json":
            values = [
                None if value is None else msgspec.json.encode(value, order="sorted").decode() for value in values
            ]
        kind = pa.int64() if known.kind in ("money", "integer") else pa.string()
        arrays[known.name] = pa.array(values, kind)
    return pa.table(arrays)


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", "replace")
