"""What the application makes of records of ``raw``: events and their rows for the rules, dead letters, beats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from footfall.aws import records
from footfall.detect.copies import ID, ONE, PLACE
from footfall.detect.relation import COLUMNS, relation
from footfall.event import EventType
from footfall.ingest.convert import LONGEST_TEXT
from footfall.ingest.rows import lean
from footfall.ingest.validate import validate

CLEAN, LETTER, BEAT = "clean", "letter", "beat"
TEXTS = (CLEAN, LETTER)
"""Columns beside those that rules read and that tell copies: records for ``clean`` and for ``signals``."""
LONGEST = 1_000_000
"""Bytes of a record; Kinesis takes a little more."""

Judged = dict[str, list[Any]]
"""Columns of as many rows as there were records. ``event_time`` is 0 where a row is no event for the rules."""


class _Beat(msgspec.Struct):
    """``{"beat": ms}``: nothing was received until then."""

    beat: int


def judged(lines: Sequence[bytes], arrived: Sequence[int], numbers: Sequence[str]) -> Judged:
    """Judges records, each by itself, by the same law as everywhere.

    Args:
        lines: the records.
        arrived: when Kinesis took each, UTC ms: stands in for ``received_at`` where an event lacks it.
        numbers: their sequence numbers: in order of arrival within a shard.
    """
    found: Judged = {name: [None] * len(lines) for name in (*TEXTS, *COLUMNS, ONE, PLACE)}
    found["event_time"] = [0] * len(lines)
    rows, places = [], []
    for place, line in enumerate(lines):
        if (beat := _beat(line)) is not None:
            found["received_at"][place] = beat
            continue
        row, reason = records.row(line)
        if reason:
            found[LETTER][place] = letter(line, reason)
            continue
        row.received_at = row.received_at or datetime.fromtimestamp(arrived[place] / 1000, UTC)
        rows.append(row)
        places.append(place)
    if rows:
        _judge(lines, rows, places, found)
        _place(numbers, found)
    return found


def letter(line: bytes, reason: str) -> str:
    """The dead letter of a record, as ``signals`` carries it; of a long record its beginning."""
    told = line[:LONGEST_TEXT].decode("utf-8", "replace")
    return msgspec.json.encode({LETTER: "raw", "line": 0, "reason": reason, "row": told}).decode()


def _judge(lines: Sequence[bytes], rows: list[Any], places: list[int], found: Judged) -> None:
    events, reasons = validate(lean(rows))
    for row in map(int, np.flatnonzero(~reasons.good)):
        found[LETTER][places[row]] = letter(lines[places[row]], reasons.of(row))
    good = [places[row] for row in map(int, np.flatnonzero(reasons.good))]
    texts = [msgspec.json.encode(event) for event in records.spelled(events)]
    for place, text in zip(good, texts, strict=True):
        if len(text) > LONGEST:
            found[LETTER][place] = letter(lines[place], f"longer than {LONGEST:,} bytes")
        else:
            found[CLEAN][place] = text.decode()
    fits = np.array([len(text) <= LONGEST for text in texts], bool)
    _relate(events.filter(pa.array(fits)), [good[int(place)] for place in np.flatnonzero(fits)], found)


def _relate(events: pa.Table, places: list[int], found: Judged) -> None:
    """The rules' row of each event that they see."""
    seen, kinds = relation(events), events["event_type"].to_pylist()
    if ID in events.column_names:
        for place, name in zip(places, events[ID].to_pylist(), strict=True):
            found[ONE][place] = name
    theirs = [place for place, kind in zip(places, kinds, strict=True) if kind != EventType.REQUEST]
    for name in COLUMNS:
        for place, value in zip(theirs, seen[name].to_pylist(), strict=True):
            found[name][place] = value


def _place(numbers: Sequence[str], found: Judged) -> None:
    """Says which rows of the rules are the same event: where nothing says so, each is its own."""
    for place, (time, number) in enumerate(zip(found["event_time"], numbers, strict=True)):
        if time:
            found[PLACE][place] = f"{time:020d}{number:0>60}"
            found[ONE][place] = found[ONE][place] or found[PLACE][place]


def _beat(line: bytes) -> int | None:
    if not line.startswith(b'{"beat"'):
        return None
    try:
        beat = msgspec.json.decode(line, type=_Beat).beat
    except msgspec.MsgspecError:
        return None
    return beat if abs(beat) < 1 << 52 else None
