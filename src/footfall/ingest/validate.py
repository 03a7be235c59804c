"""The one law of what an event must be: raw columns in, typed events out, and a reason for every row refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from footfall.event import FIELDS, IDENTITIES, PRODUCT_EVENTS, EventType
from footfall.ingest.convert import HIGHEST_PRICE, Mask, convert, mask, spread

_MESSAGES = {
    "time": "not a time",
    "money": "not an amount of money",
    "integer": "not a whole number",
    "text": "longer than 65,536 bytes, not UTF-8, or holds a NUL character",
    "json": "longer than 65,536 bytes, not UTF-8, or holds a NUL character",
}
EARLIEST = np.datetime64("1995-01-01", "us")
LATEST = np.datetime64("2100-01-01", "us")


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
            converted, bad = convert(array, known, minor_digits)
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
    return mask(array.is_null()) if array.null_count else np.zeros(rows, bool)


def _outside(times: pa.Array) -> Mask | None:
    values = _integers(times).view("datetime64[us]")
    if len(values) and values.min() >= EARLIEST and values.max() < LATEST:
        return None
    return ((values < EARLIEST) | (values >= LATEST)) & mask(times.is_valid())


def _too_dear(columns: dict[str, pa.Array]) -> Mask:
    prices = _integers(columns["price"])
    if "quantity" not in columns:
        return np.asarray(prices > HIGHEST_PRICE)
    return np.asarray(prices > HIGHEST_PRICE // np.maximum(_integers(columns["quantity"]), 1))


def _matches(array: pa.Array, members: frozenset[EventType], wanted: bool) -> Mask | None:
    """Rows whose value is (or is not) among the members; None when there is none."""
    names = pa.array([str(member) for member in members])
    if pa.types.is_dictionary(array.type):
        hit = mask(pc.is_in(array.dictionary, value_set=names)) == wanted
        return spread(array, hit) if hit.any() else None
    return np.asarray((mask(pc.is_in(array, value_set=names)) == wanted) & mask(array.is_valid()))


def _integers(times: pa.Array) -> NDArray[np.int64]:
    whole = times.cast(pa.int64())
    return np.asarray((whole.fill_null(0) if whole.null_count else whole).to_numpy(zero_copy_only=False))


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
