"""Footfall's own events as JSON: a list of them, one alone, or lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from footfall.ingest import rows as raw
from footfall.ingest.dialects import Arrival, RefusedError

_TYPED = msgspec.json.Decoder(list[raw.Row])
_ROW = msgspec.json.Decoder(raw.Row)
_ANY = msgspec.json.Decoder()


def events(body: bytes) -> Iterator[Any]:
    """The events of a body; a line that cannot be read is given as the bytes it is."""
    try:
        yield from _TYPED.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield from _one_by_one(body)


def _one_by_one(body: bytes) -> Iterator[Any]:
    if body.lstrip()[:1] != b"[":
        yield from map(_read, filter(bytes.strip, body.split(b"\n")))
        return
    for part in parts(body):
        yield _read(part)


def parts(body: bytes) -> list[Any]:
    """The elements of a JSON list, unread.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return msgspec.json.decode(body, type=list[msgspec.Raw])


def _read(line: Any) -> Any:
    for decoder in (_ROW, _ANY):
        try:
            return decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return bytes(line)


def rows(event: Any, arrival: Arrival) -> list[Any]:
    """One event as a row, with whence it came unless it tells so and is believed.

    Raises:
        RefusedError: it cannot be taken.
    """
    row = event if type(event) is raw.Row else _row(event)
    row.ip = arrival.address(row.ip)
    row.user_agent = arrival.agent(row.user_agent)
    return [row]


def _row(event: Any) -> Any:
    if not isinstance(event, dict):
        raise RefusedError("not a JSON object")
    row, reason = raw.told(event)
    if reason:
        raise RefusedError(reason)
    return row
