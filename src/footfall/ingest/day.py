"""One day of events: which day an event belongs to, and how a day is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from footfall.event import arrow_schema
from footfall.ingest.order import SESSION, Integers, array, codes_of, microseconds, ordered, same_as_before

MINUTE = 60 * 1_000_000
"""Offsets of time zones change on whole minutes (Newfoundland's at one past midnight); microseconds."""
HOUR = 3_600 * 1_000_000
DAY = 24 * HOUR
SILENCE = 30 * 60 * 1_000_000
"""A session is split after this much silence; microseconds."""

REPEATING = frozenset(
    {
        "event_type",
        "product_id",
        "category_id",
        "category_code",
        "brand",
        "currency",
        "user_agent",
        "path",
        "referrer",
        "campaign",
    }
)
"""Columns whose values repeat: held as dictionaries, so that each value is looked at once."""

DERIVED = (
    pa.field("hour", pa.int8(), nullable=False),
    pa.field("weekday", pa.int8(), nullable=False),
    pa.field("session_no", pa.int32(), nullable=False),
)


def lake_schema() -> pa.Schema:
    """A day of the lake: the event, then local ``hour`` (0-23), ISO ``weekday`` and ``session_no``.

    ``session_no`` counts the day's sessions from 0: the source's session (or, without one, the visitor's events),
    split after 30 minutes of silence. Whether the first part continues a session of the day before is not its business.
    """
    return pa.schema([*arrow_schema(), *DERIVED])


def local_times(times: Integers, zone: ZoneInfo) -> Integers:
    """UTC microseconds as the microseconds a wall clock in ``zone`` shows."""
    if zone.key == "UTC":
        return times
    minutes, where = np.unique(times // MINUTE, return_inverse=True)
    offsets = [_offset(int(minute), zone) for minute in minutes]
    return times + np.array(offsets, np.int64)[where]


@lru_cache(1 << 18)
def _offset(minute: int, zone: ZoneInfo) -> int:
    delta = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).utcoffset()
    assert delta is not None
    return round(delta.total_seconds()) * 1_000_000


def split(events: pa.Table, zone: ZoneInfo) -> dict[date, pa.Table]:
    """The rows of each store-local day."""
    days = local_times(microseconds(events), zone) // DAY
    starts = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    present = np.unique(days[starts])
    if len(present) < len(starts):
        return {_date(day): events.take(pa.array(np.flatnonzero(days == day))) for day in present}
    stops = [*starts[1:], len(days)]
    return {_date(days[start]): events.slice(start, stop - start) for start, stop in zip(starts, stops, strict=True)}


def _date(day: np.int64) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(day))


def tidy(parts: list[pa.Table], zone: ZoneInfo) -> tuple[pa.Table, int]:
    """A day as the lake keeps it: sorted by visitor, session and time, duplicates dropped, derived columns added.

    The result depends on the set of rows alone, not on their order or on how they were cut into parts. A duplicate is
    the same ``event_id``, or for rows without one the same whole row.

    Args:
        parts: tables with any of the event's columns (those of the lake are fine: derived ones are made anew).
        zone: the store's time zone.

    Returns:
        A table in ``lake_schema()`` and the number of duplicates dropped.
    """
    events = _one_chunk(parts)
    order, sessions = ordered(events)
    events = events.take(pa.array(order))
    if "event_id" in events.column_names:
        first = _first_of_each_id(events)
        events, sessions = events.filter(pa.array(first)), sessions[first]
    duplicates = sum(part.num_rows for part in parts) - events.num_rows
    return _with_derived(events, microseconds(events), sessions, zone), duplicates


def encode(events: pa.Table) -> pa.Table:
    """The table with the columns of ``REPEATING`` as dictionaries and every other text plain, as days are held."""
    arrays = {name: _encoded(name, events.column(name)) for name in events.column_names}
    return pa.table(arrays)


def _encoded(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    is_dictionary = pa.types.is_dictionary(column.type)
    if name in REPEATING and not is_dictionary:
        return column.cast(pa.string()).dictionary_encode()
    return column.cast(pa.string()) if is_dictionary and name not in REPEATING else column


def _one_chunk(parts: list[pa.Table]) -> pa.Table:
    present = {name for part in parts for name in part.column_names}
    names = [known.name for known in arrow_schema() if known.name in present]
    chosen = [encode(part.select([name for name in names if name in part.column_names])) for part in parts]
    joined = pa.concat_tables(chosen, promote_options="default").unify_dictionaries()
    columns = {name: joined.column(name).combine_chunks() for name in names}
    if SESSION in columns:
        columns[SESSION] = columns[SESSION].dictionary_encode()
    return pa.table(columns)


def _first_of_each_id(events: pa.Table) -> NDArray[np.bool_]:
    """Rows whose ``event_id`` no row before them has; rows without one are all first."""
    ids = array(events.column("event_id")).dictionary_encode()
    codes = codes_of(ids)
    known = ids.indices.is_valid().to_numpy(zero_copy_only=False)
    first = np.full(len(ids.dictionary), len(codes))
    np.minimum.at(first, codes[known], np.flatnonzero(known))
    return np.asarray(~known | (np.append(first, -1)[codes] == np.arange(len(codes))))


def _with_derived(events: pa.Table, times: Integers, sessions: Integers, zone: ZoneInfo) -> pa.Table:
    local = local_times(times, zone)
    derived = {
        "hour": (local // HOUR % 24).astype(np.int8),
        "weekday": ((local // DAY + 3) % 7 + 1).astype(np.int8),
        "session_no": _session_numbers(times, sessions),
    }
    kept = {name: _as_they_appear(name, events.column(name)) for name in events.column_names}
    columns = kept | derived
    rows = events.num_rows
    return pa.table({f.name: columns[f.name] if f.name in columns else pa.nulls(rows, f.type) for f in lake_schema()})


def _as_they_appear(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray | pa.DictionaryArray:
    """A dictionary of the values present, in the order of the rows: that of arrival would show in a file."""
    if name not in REPEATING:
        return column
    values = array(column)
    size, rows = len(values.dictionary), len(values)
    codes = codes_of(values, size)
    first = np.full(size + 1, rows)
    first[codes[::-1]] = np.arange(rows - 1, -1, -1)
    order = np.argsort(first[:size], kind="stable")[: np.count_nonzero(first[:size] < rows)]
    places = np.zeros(size + 1, np.int32)
    places[order] = np.arange(len(order))
    missing = codes == size if values.null_count else None
    return pa.DictionaryArray.from_arrays(
        pa.array(places[codes], mask=missing), values.dictionary.take(pa.array(order))
    )


def _session_numbers(times: Integers, sessions: Integers) -> NDArray[np.int32]:
    """Numbers sessions in order of appearance, a new number after each half hour of silence."""
    starts = ~same_as_before(sessions)
    in_order = bool(np.all(starts[1:] | (times[1:] >= times[:-1])))
    if in_order and int(starts.sum()) == np.count_nonzero(np.bincount(sessions)):
        return _numbered(times, sessions)
    order = np.lexsort((times, sessions))
    numbers = np.empty(len(times), np.int32)
    numbers[order] = _numbered(times[order], sessions[order])
    return numbers


def _numbered(times: Integers, sessions: Integers) -> NDArray[np.int32]:
    pause = np.diff(times, prepend=times[:1]) > SILENCE
    return (np.cumsum(~same_as_before(sessions) | pause) - 1).astype(np.int32)
