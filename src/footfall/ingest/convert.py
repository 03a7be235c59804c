"""What a value may look like: raw columns to the event's types, and which rows are none of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from footfall.event import Field, arrow_schema

Mask = NDArray[np.bool_]
Converted = tuple[pa.Array, Mask | None]

LONGEST_TEXT = 1 << 16
AMOUNT = r"^[0-9]{1,11}(\.[0-9]{0,6})?$"
"""An amount of money in major units, as text."""
HIGHEST_PRICE = 10**13
"""Of all pieces together, in minor units: 64 bits hold the sum of a million such rows."""


def convert(array: pa.Array, known: Field, minor_digits: int | None) -> Converted:
    """One column to its type, and the rows that are none of it; a dictionary's values are converted once each."""
    if pa.types.is_dictionary(array.type):
        values, bad = _plain(array.dictionary, known, minor_digits)
        spread_bad = None if bad is None or not bad.any() else spread(array, bad)
        if known.kind == "text" and not values.null_count:
            return pa.DictionaryArray.from_arrays(array.indices, values), spread_bad
        return values.take(array.indices), spread_bad
    return _plain(array, known, minor_digits)


def _plain(array: pa.Array, known: Field, minor_digits: int | None) -> Converted:
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), arrow_schema().field(known.name).type), None
    if _is_binary(array.type):
        return _bytes(array, known, minor_digits)
    if known.kind == "time":
        return to_time(array)
    if known.kind == "money":
        return to_money(array, minor_digits)
    if known.kind == "integer":
        return to_integer(array)
    return to_text(array)


def _is_binary(kind: pa.DataType) -> bool:
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return any(test(kind) for test in tests)


def _bytes(array: pa.Array, known: Field, minor_digits: int | None) -> Converted:
    """Bytes that ought to be UTF-8."""
    text = pa.array([_decoded(value) for value in array.to_pylist()], pa.string())
    converted, bad = _plain(text, known, minor_digits)
    broken = mask(text.is_null()) & mask(array.is_valid())
    return converted, broken if bad is None else broken | bad


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def to_text(array: pa.Array) -> Converted:
    """Text as it is, numbers as their digits; empty text is null; NUL characters and giants are refused."""
    if not pa.types.is_string(array.type):
        array = array.cast(pa.string())
    lengths = pc.binary_length(array)
    longest = pc.max(lengths).as_py() or 0
    if pc.min(lengths).as_py() == 0:
        array = pc.replace_with_mask(array, pc.equal(lengths, 0), pa.scalar(None, pa.string()))
    bad = mask(pc.greater(lengths, LONGEST_TEXT)) if longest > LONGEST_TEXT else None
    if _holds_nul(array):
        nul = mask(pc.match_substring(array, "\0"))
        bad = nul if bad is None else bad | nul
    return array, bad


def _holds_nul(array: pa.Array) -> bool:
    data = array.buffers()[2]
    return data is not None and b"\0" in data.to_pybytes()


def to_time(array: pa.Array) -> Converted:
    """Timestamps, ISO 8601 text (UTC where it names no zone), REES46's ``2019-10-01 00:00:00 UTC``."""
    kind = pa.timestamp("us", tz="UTC")
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("us", tz=array.type.tz), safe=False).cast(kind), None
    text = _utc_suffixed(array.cast(pa.string()))
    for zone in _zones(text):
        with suppress(pa.ArrowInvalid, OverflowError):
            times = text.cast(pa.timestamp("us", zone)).cast(kind)
            pc.min_max(times).as_py()  # raises where Python cannot hold one
            return times, None
    return _by_value(text, kind, _time)


def _utc_suffixed(text: pa.Array) -> pa.Array:
    """REES46's suffix cut off, if every value has it."""
    return pc.utf8_slice_codeunits(text, 0, -4) if pc.all(pc.ends_with(text, " UTC")).as_py() else text


def _zones(text: pa.Array) -> tuple[str | None, str | None]:
    """What to try first. An attempt that fails is dear: Arrow words an error for every row."""
    given = text.drop_null()
    named = len(given) > 0 and any(mark in given[0].as_py()[11:] for mark in "Z+-")
    return ("UTC", None) if named else (None, "UTC")


def _time(text: str | None) -> datetime | None:
    if not text or text.isdigit():
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def to_money(array: pa.Array, minor_digits: int | None) -> Converted:
    """Decimal text or numbers in major units to minor units; half a minor unit goes to the even neighbour."""
    if minor_digits is None:
        return to_integer(array, pa.int64())
    if pa.types.is_floating(array.type):
        return _float_money(array, minor_digits)
    text = array.cast(pa.string())
    good = mask(pc.match_substring_regex(text, AMOUNT))
    if not good.all():
        text = pc.if_else(pa.array(good), text, pa.scalar(None, pa.string()))
    exact = pc.round(text.cast(pa.decimal128(18, 6)), ndigits=minor_digits, round_mode="half_to_even")
    minor = pc.multiply(exact, pa.scalar(10**minor_digits, pa.decimal128(4, 0))).cast(pa.int64())
    return minor, ~good & mask(array.is_valid())


def _float_money(array: pa.Array, minor_digits: int) -> Converted:
    doubles = array.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
    values = np.nan_to_num(doubles, nan=-1.0, posinf=-1.0, neginf=-1.0)
    bad = (values < 0) | (values > HIGHEST_PRICE / 10**minor_digits)
    minor = np.rint(np.where(bad, 0, values) * 10**minor_digits).astype(np.int64)
    return pa.array(minor, mask=mask(array.is_null()) | bad), bad & mask(array.is_valid())


def to_integer(array: pa.Array, kind: pa.DataType | None = None) -> Converted:
    """Whole numbers that are not negative."""
    kind = kind or pa.int32()
    try:
        values = None if pa.types.is_string(array.type) else array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = None
    if values is None:
        return _by_value(array.cast(pa.string()), kind, lambda text: _integer(text, kind.bit_width))
    negative = mask(pc.less(values, 0)) if values.null_count < len(values) else None
    return values, negative if negative is not None and negative.any() else None


def _integer(text: str | None, bits: int) -> int | None:
    if not text or not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return int(text) if int(text) < 2 ** (bits - 1) else None


def _by_value(text: pa.Array, kind: pa.DataType, parse: Callable[[str], object]) -> Converted:
    """The careful way for a column that holds something unusual: each distinct value once."""
    encoded = text.dictionary_encode()
    values = pa.array([parse(value) for value in encoded.dictionary.to_pylist()], kind)
    converted = values.take(encoded.indices)
    return converted, mask(converted.is_null()) & mask(text.is_valid())


def mask(array: pa.Array) -> Mask:
    """A boolean array as numpy; null is false."""
    filled = array.fill_null(False) if array.null_count else array
    return np.asarray(filled.to_numpy(zero_copy_only=False), bool)


def spread(array: pa.DictionaryArray, hit: Mask) -> Mask:
    """A mask over the dictionary's values as a mask over the rows; a null row is false."""
    return np.asarray(np.append(hit, False)[array.indices.fill_null(len(hit)).to_numpy()])
