"""Event tables as text: REES46's nine columns, or one JSON object a line; whole columns at a time."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.event import FIELDS, EventType, Field
from footfall.simulate.days import SECOND
from footfall.simulate.draws import Ints
from footfall.simulate.tables import PERSON, UNIQUE

REES46 = (
    "event_time",
    "event_type",
    "product_id",
    "category_id",
    "category_code",
    "brand",
    "price",
    "user_id",
    "user_session",
)
PUBLISHED = (EventType.VIEW, EventType.CART, EventType.REMOVE_FROM_CART, EventType.PURCHASE)
"""The types of event that REES46 publishes."""

SLICE = 1 << 17
"""Rows made into text at once: Arrow's texts end at 2 GiB, and caches long before."""

DAY = 86_400

Encoder = Callable[[pa.Table], list[pa.Buffer]]
"""Makes the text of an event table, in pieces."""


def header() -> bytes:
    """The first line of a REES46 file."""
    return (",".join(REES46) + "\n").encode()


def rees46(events: pa.Table) -> list[pa.Buffer]:
    """Rows as REES46 publishes them, without the header: whole seconds, four types, everybody's number as user id."""
    published = pc.is_in(events["event_type"].cast(pa.string()), pa.array(PUBLISHED, pa.string()))
    return _sliced(events.filter(published), _rees46)


def json_lines(events: pa.Table) -> list[pa.Buffer]:
    """Rows as JSON objects, one a line, without the fields that are null."""
    return _sliced(events, _json_lines)


def gzipped(encoder: Encoder) -> Encoder:
    """The same bytes as one gzip member, which may follow others in a file."""
    return partial(_gzipped, encoder)


def _gzipped(encoder: Encoder, events: pa.Table) -> list[pa.Buffer]:
    return [pa.py_buffer(gzip.compress(b"".join(encoder(events)), compresslevel=1, mtime=0))]


def _sliced(events: pa.Table, encoder: Callable[[pa.Table], pa.Array]) -> list[pa.Buffer]:
    return [_letters(encoder(events.slice(at, SLICE).combine_chunks())) for at in range(0, len(events), SLICE)]


def _letters(lines: pa.Array) -> pa.Buffer:
    """The lines as they stand in memory, one after another."""
    _, offsets, letters = lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[lines.offset :]
    return letters.slice(int(ends[0]), int(ends[len(lines)] - ends[0]))


def _rees46(events: pa.Table) -> pa.Array:
    price, session = pc.dictionary_encode(_one(events["price"])), _one(events["user_session"])
    texts = [
        _clock(_micros(events["event_time"]), " ", " UTC", fraction=False),
        *(_one(events[name]).dictionary_decode() for name in REES46[1:6]),
        _swapped(price, pa.array([f"{cents // 100}.{cents % 100:02d}" for cents in price.dictionary.to_pylist()])),
        _one(events[PERSON]).dictionary_decode(),
        _swapped(session, pc.binary_join_element_wise(session.dictionary, "\n", "")),
    ]
    return pc.binary_join_element_wise(*texts[:-1], pc.fill_null(texts[-1], "\n"), ",", null_handling="replace")


def _json_lines(events: pa.Table) -> pa.Array:
    pieces = [_piece(field, _one(events[field.name])) for field in FIELDS]
    told = [piece for piece in pieces if piece.null_count < len(piece)]
    return pc.binary_join_element_wise("{", *told, "}\n", "", null_handling="replace", null_replacement="")


def _piece(field: Field, column: pa.Array) -> pa.Array:
    """A field's name and value as JSON, null where it has none; the first field comes without a comma."""
    name = f'"{field.name}":' if field is FIELDS[0] else f',"{field.name}":'
    if field.kind == "time":
        text = _clock(_micros(pc.fill_null(column, 0)), "T", 'Z"', fraction=True)
        return pc.if_else(column.is_valid(), pc.binary_join_element_wise(name + '"', text, ""), None)
    if field.name == UNIQUE:
        return pc.binary_join_element_wise(name, _quoted(column), "")
    coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    values = coded.dictionary.cast(pa.string())
    return _swapped(coded, pc.binary_join_element_wise(name, _quoted(values) if field.kind == "text" else values, ""))


def _quoted(values: pa.Array) -> pa.Array:
    """Texts as JSON strings."""
    if pc.any(pc.match_substring_regex(values, r'["\\[:cntrl:]]')).as_py():
        return pa.array([None if value is None else json.dumps(value) for value in values.to_pylist()], pa.string())
    return pc.binary_join_element_wise('"', values, '"', "")


def _swapped(column: pa.DictionaryArray, values: pa.Array) -> pa.Array:
    """A column with each distinct value replaced."""
    return values.take(column.indices)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _micros(column: pa.Array | pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.int64()).to_numpy())


def _clock(micros: Ints, between: str, after: str, *, fraction: bool) -> pa.Array:
    """Times as YYYY-MM-DD, ``between``, HH:MM:SS with microseconds if asked, ``after``; null never."""
    second, micro = np.divmod(micros, SECOND)
    day, second = np.divmod(second, DAY)
    first = int(day.min())
    dates = np.arange(first, int(day.max()) + 1).astype("datetime64[D]").astype("S10")
    minute, second = np.divmod(second.astype(np.int32), np.int32(60))
    hour, minute = np.divmod(minute, np.int32(60))
    pattern = f"0000-00-00{between}00:00:00{'.000000' if fraction else ''}{after}".encode()
    text = np.tile(np.frombuffer(pattern, np.uint8), (len(micros), 1))
    text[:, :10] = dates.view(np.uint8).reshape(-1, 10)[day - first]
    place = 10 + len(between)
    for offset, value in ((0, hour), (3, minute), (6, second)):
        text[:, place + offset : place + offset + 2] = _TWO[value]
    if fraction:
        high, low = np.divmod(micro.astype(np.int32), np.int32(1000))
        text[:, place + 9 : place + 12], text[:, place + 12 : place + 15] = _THREE[high], _THREE[low]
    ends = np.arange(0, text.size + 1, text.shape[1], dtype=np.int32)
    return pa.StringArray.from_buffers(len(micros), pa.py_buffer(ends), pa.py_buffer(text))


def _numerals(width: int) -> npt.NDArray[np.uint8]:
    texts = b"".join(b"%0*d" % (width, value) for value in range(10**width))
    return np.frombuffer(texts, np.uint8).reshape(-1, width)


_TWO, _THREE = _numerals(2), _numerals(3)
