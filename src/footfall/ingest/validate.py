"""The one law of what an event must be: raw columns in, typed events out, and a reason for every row refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from footfall.event import FIELDS, IDENTITIES, PRODUCT_EVENTS, EventType, Field, arrow_schema

_MESSAGES = {
    "time": "not a time",
    "money": "not an amount of money",
    "integer": "not a whole number",
    "text": "longer than 65,536 bytes, not UTF-8, or holds a NUL character",
    "json": "longer than 65,536 bytes, not UTF-8, or holds a NUL character",
}
Mask = NDArray[np.bool_]
Converted = tuple[pa.Array, Mask | None]

EARLIEST = np.datetime64("1995-01-01", "us")
LATEST = np.datetime64("2100-01-01", "us")
LONGEST_TEXT = 1 << 16
AMOUNT = r"^[0-9]{1,11}(\.[0-9]{0,6})?$"
"""An amount of money in major units, as text."""
HIGHEST_PRICE = 10**13
"""Of all pieces together, in minor units: 64 bits hold the sum of a million such rows."""


@dataclass
class Reasons:
    """Why rows were refused: the first reason of each row counts."""

    rows: int
    codes: NDArray[np.int16] = field(init=False)
    texts: list[str] = field(default_factory=lambda: [""])

    def __post_init__(self) -> None:
        self.codes = np.zeros(self.rows, np.int16)

    def add(self, bad: Mask | None, text: str) -> None:
        """Gives the rows under ``bad`` this reason unless they have one."""
        if bad is not None and bad.any():
            self.texts.append(text)
            self.codes[bad & (self.codes == 0)] = len(self.texts) - 1

    def of(self, row: int) -> str:
        """The reason of one row; empty when it is good."""
        return self.texts[int(self.codes[row])]

    @property
    def good(self) -> Mask:
        """The rows without a reason."""
        return np.asarray(self.codes == 0)


def validate(raw: pa.Table, minor_digits: int | None = None) -> tuple[pa.Table, Reasons]:
    """Types the columns and judges every row.

    Args:
        raw: columns named as the event's fields; text (plain or dictionary), numbers or timestamps; others are ignored.
        minor_digits: how many digits of the minor unit prices carry; None when they are minor units already.

    Returns:
        The good rows in the columns of ``event.arrow_schema()`` that ``raw`` has, in their order, and the reasons.
    """
    reasons = Reasons(raw.num_rows)
    columns: dict[str, pa.Array] = {}
    for known in FIELDS:
        if known.name in raw.column_names:
            array = _one_chunk(raw.column(known.name))
            converted, bad = _convert(array, known, minor_digits)
            columns[known.name] = converted
            reasons.add(bad, f"{known.name}: {_MESSAGES[known.kind]}")
    _judge(columns, reasons)
    table = pa.table(columns)
    good = reasons.good
    return (table if good.all() else table.filter(pa.array(good))), reasons


def _judge(columns: dict[str, pa.Array], reasons: Reasons) -> None:
    """The laws that a whole row must keep."""
    for known in FIELDS:
        if known.required:
            missing = _missing(columns, known.name, reasons.rows)
            reasons.add(missing, f"{known.name}: missing")
    if "event_time" in columns:
        reasons.add(_outside(columns["event_time"]), "event_time: not between 1995 and 2100")
    if "event_type" in columns:
        reasons.add(_matches(columns["event_type"], frozenset(EventType), False), "event_type: not one of the known")
        missing = _missing(columns, "product_id", reasons.rows)
        needs = _matches(columns["event_type"], PRODUCT_EVENTS, True) if missing.any() else None
        if needs is not None:
            reasons.add(needs & missing, "product_id: missing")
    if "price" in columns:
        reasons.add(_too_dear(columns), f"price: over {HIGHEST_PRICE:,} minor units for all pieces")
    nobody = np.ones(reasons.rows, bool)
    for name in IDENTITIES:
        nobody &= _missing(columns, name, reasons.rows)
    reasons.add(nobody, "user_id, anon_id and user_session: all missing")


def _missing(columns: dict[str, pa.Array], name: str, rows: int) -> Mask:
    if name not in columns:
        return np.ones(rows, bool)
    array = columns[name]
    return _mask(array.is_null()) if array.null_count else np.zeros(rows, bool)


def _outside(times: pa.Array) -> Mask | None:
    values = _integers(times).view("datetime64[us]")
    if len(values) and values.min() >= EARLIEST and values.max() < LATEST:
        return None
    return ((values < EARLIEST) | (values >= LATEST)) & _mask(times.is_valid())


def _too_dear(columns: dict[str, pa.Array]) -> Mask:
    prices = _integers(columns["price"])
    if "quantity" not in columns:
        return np.asarray(prices > HIGHEST_PRICE)
    return np.asarray(prices > HIGHEST_PRICE // np.maximum(_integers(columns["quantity"]), 1))


def _matches(array: pa.Array, members: frozenset[EventType], wanted: bool) -> Mask | None:
    """Rows whose value is (or is not) among the members; None when there is none."""
    names = pa.array([str(member) for member in members])
    if pa.types.is_dictionary(array.type):
        hit = _mask(pc.is_in(array.dictionary, value_set=names)) == wanted
        return _spread(array, hit) if hit.any() else None
    return np.asarray((_mask(pc.is_in(array, value_set=names)) == wanted) & _mask(array.is_valid()))


def _convert(array: pa.Array, known: Field, minor_digits: int | None) -> Converted:
    """One column to its type. A dictionary is converted value by value, then spread: each distinct value once."""
    if pa.types.is_dictionary(array.type):
        values, bad = _convert_plain(array.dictionary, known, minor_digits)
        spread_bad = None if bad is None or not bad.any() else _spread(array, bad)
        if known.kind == "text" and not values.null_count:
            return pa.DictionaryArray.from_arrays(array.indices, values), spread_bad
        return values.take(array.indices), spread_bad
    return _convert_plain(array, known, minor_digits)


def _convert_plain(array: pa.Array, known: Field, minor_digits: int | None) -> Converted:
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), arrow_schema().field(known.name).type), None
    if _is_binary(array.type):
        return _convert_bytes(array, known, minor_digits)
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


def _convert_bytes(array: pa.Array, known: Field, minor_digits: int | None) -> Converted:
    """Bytes that ought to be UTF-8."""
    text = pa.array([_decoded(value) for value in array.to_pylist()], pa.string())
    converted, bad = _convert_plain(text, known, minor_digits)
    broken = _mask(text.is_null()) & _mask(array.is_valid())
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
    bad = _mask(pc.greater(lengths, LONGEST_TEXT)) if longest > LONGEST_TEXT else None
    if _holds_nul(array):
        nul = _mask(pc.match_substring(array, "\0"))
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
    text = array.cast(pa.string())
    for zone in ("UTC", None):
        with suppress(pa.ArrowInvalid, OverflowError):
            times = (text if zone else _utc_suffixed(text)).cast(pa.timestamp("us", zone)).cast(kind)
            pc.min_max(times).as_py()  # raises where Python cannot hold one
            return times, None
    return _by_value(text, kind, _time)


def _utc_suffixed(text: pa.Array) -> pa.Array:
    """REES46's suffix cut off, if every value has it."""
    return pc.utf8_slice_codeunits(text, 0, -4) if pc.all(pc.ends_with(text, " UTC")).as_py() else text


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
    good = _mask(pc.match_substring_regex(text, AMOUNT))
    if not good.all():
        text = pc.if_else(pa.array(good), text, pa.scalar(None, pa.string()))
    exact = pc.round(text.cast(pa.decimal128(18, 6)), ndigits=minor_digits, round_mode="half_to_even")
    minor = pc.multiply(exact, pa.scalar(10**minor_digits, pa.decimal128(4, 0))).cast(pa.int64())
    return minor, ~good & _mask(array.is_valid())


def _float_money(array: pa.Array, minor_digits: int) -> Converted:
    doubles = array.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
    values = np.nan_to_num(doubles, nan=-1.0, posinf=-1.0, neginf=-1.0)
    bad = (values < 0) | (values > HIGHEST_PRICE / 10**minor_digits)
    minor = np.rint(np.where(bad, 0, values) * 10**minor_digits).astype(np.int64)
    return pa.array(minor, mask=_mask(array.is_null()) | bad), bad & _mask(array.is_valid())


def to_integer(array: pa.Array, kind: pa.DataType | None = None) -> Converted:
    """Whole numbers that are not negative."""
    kind = kind or pa.int32()
    try:
        values = None if pa.types.is_string(array.type) else array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = None
    if values is None:
        return _by_value(array.cast(pa.string()), kind, lambda text: _integer(text, kind.bit_width))
    negative = _mask(pc.less(values, 0)) if values.null_count < len(values) else None
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
    return converted, _mask(converted.is_null()) & _mask(text.is_valid())


def _mask(array: pa.Array) -> Mask:
    """A boolean array as numpy; null is false."""
    filled = array.fill_null(False) if array.null_count else array
    return np.asarray(filled.to_numpy(zero_copy_only=False), bool)


def _integers(times: pa.Array) -> NDArray[np.int64]:
    whole = times.cast(pa.int64())
    return np.asarray((whole.fill_null(0) if whole.null_count else whole).to_numpy(zero_copy_only=False))


def _spread(array: pa.DictionaryArray, hit: Mask) -> Mask:
    """A mask over the dictionary's values as a mask over the rows; a null row is false."""
    return np.asarray(np.append(hit, False)[array.indices.fill_null(len(hit)).to_numpy()])


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
