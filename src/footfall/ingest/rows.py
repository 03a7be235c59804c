"""Rows as JSON tells them, an event's fields by name, made into raw columns for ``validate``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any

import msgspec
import pyarrow as pa

from footfall.event import FIELDS, NAMES, Field

_WHOLE = Annotated[int, msgspec.Meta(ge=-(2**63 - 1), le=2**63 - 1)]
_RAW = {
    "text": str | None,
    "time": str | None,
    "money": _WHOLE | None,
    "integer": _WHOLE | None,
    "json": dict[str, Any] | None,
}
Row: Any = msgspec.defstruct(
    "Row",
    [(known.name, _RAW[known.kind], None) for known in FIELDS],
    module=__name__,
    forbid_unknown_fields=True,
    gc=False,
)
"""One event as JSON has it: texts, whole numbers, ``extra`` an object; times ISO 8601 text or, made here, datetimes."""

UNFIT = (msgspec.MsgspecError, pa.ArrowException, ValueError, TypeError, OverflowError, RecursionError)
"""What rows with values of other kinds raise."""

ARROW = {"text": pa.string(), "time": pa.string(), "money": pa.int64(), "integer": pa.int64(), "json": pa.string()}
_ENCODER = msgspec.json.Encoder(order="sorted")


def structs(rows: Sequence[Any]) -> Sequence[Any]:
    """Rows or plain dicts as rows.

    Raises:
        msgspec.ValidationError: a field that is unknown or of another kind.
    """
    if all(type(row) is Row for row in rows):
        return rows
    return [row if type(row) is Row else msgspec.convert(row, Row) for row in rows]


def table(rows: Sequence[Any]) -> pa.Table:
    """Raw columns of rows, all of the event's.

    Raises:
        one of ``UNFIT``: a value that is not of its field's kind.
    """
    return pa.table({known.name: _column(known.kind, values) for known, values in _columns(rows)})


def lean(rows: Sequence[Any]) -> pa.Table:
    """Raw columns of rows that hold a value or that an event must have; times are typed where all name their zone.

    Raises:
        one of ``UNFIT``: a value that is not of its field's kind.
    """
    present = [
        (known, values) for known, values in _columns(rows) if known.required or values.count(None) < len(values)
    ]
    arrays = {known.name: _column(known.kind, values) for known, values in present}
    times = {known.name: _typed(arrays[known.name]) for known, _ in present if known.kind == "time"}
    return pa.table(arrays | times)


def told(row: Mapping[str, Any]) -> tuple[Any, str]:
    """One row with unknown fields gathered in ``extra`` and numbers as texts where texts belong, or why it is none."""
    fields = {name: value for name, value in row.items() if name in NAMES}
    unknown = {name: value for name, value in row.items() if name not in NAMES}
    if unknown and isinstance(fields.get("extra"), dict | None):
        fields["extra"] = {**(fields.get("extra") or {}), **unknown}
    for known in FIELDS:
        value = fields.get(known.name)
        if known.kind == "text" and isinstance(value, int | float) and not isinstance(value, bool):
            fields[known.name] = str(value)
        elif value is not None and not _fits(value, known.kind):
            return None, f"{known.name}: not {known.kind}"
    return Row(**fields), ""


def text(row: Any) -> str:
    """A row as its JSON, for the dead letters; as Python shows it where it has none."""
    try:
        fields = msgspec.structs.asdict(row) if type(row) is Row else row
        if isinstance(fields, dict):
            fields = {name: value for name, value in fields.items() if value is not None}
        return msgspec.json.encode(fields).decode()
    except UNFIT:
        return ascii(row)


def _fits(value: object, kind: str) -> bool:
    if kind in ("money", "integer"):
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    if kind == "json":
        return isinstance(value, dict) and _encodes(value)
    return (kind == "time" and isinstance(value, datetime)) or (isinstance(value, str) and _encodes(value))


def _encodes(value: object) -> bool:
    try:
        return bool(_ENCODER.encode(value))
    except UNFIT:
        return False


def _columns(rows: Sequence[Any]) -> Iterator[tuple[Field, Sequence[Any]]]:
    """Column by column: a tuple a row would be quicker alone, but the garbage collector would look at each."""
    for known in FIELDS:
        yield known, list(map(attrgetter(known.name), rows))


def _column(kind: str, values: Sequence[Any]) -> pa.Array:
    if kind == "json":
        values = [None if value is None else _ENCODER.encode(value).decode() for value in values]
    if kind == "time":
        values = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return pa.array(values, ARROW[kind])


def _typed(texts: pa.Array) -> pa.Array:
    """Times that all name their zone, read at once."""
    try:
        return texts.cast(pa.timestamp("us", tz="UTC"))
    except pa.ArrowInvalid:
        return texts
