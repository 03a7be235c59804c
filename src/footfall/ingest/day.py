"""One day of events: which day an event belongs to, and the order in which a day is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from footfall.event import IDENTITIES, arrow_schema

Integers = NDArray[np.int64]

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
    days = local_times(_microseconds(events), zone) // DAY
    present = np.unique(days)
    if len(present) == 1:
        return {_date(present[0]): events}
    return {_date(day): events.take(pa.array(np.flatnonzero(days == day))) for day in present}


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
    order, sessions = _order(events)
    events = events.take(pa.array(order))
    if "event_id" in events.column_names:
        first = _first_of_each_id(events)
        events, sessions = events.filter(pa.array(first)), sessions[first]
    duplicates = sum(part.num_rows for part in parts) - events.num_rows
    return _with_derived(events, _microseconds(events), sessions, zone), duplicates


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
    return pa.table({name: ranked(column) if name in IDENTITIES else column for name, column in columns.items()})


def _order(events: pa.Table) -> tuple[NDArray[np.intp], Integers]:
    """The rows by visitor, session, time and content, equal rows once; each one's session."""
    visitor = _first_known(events, ("user_id", "anon_id", "user_session"))
    session = _codes(_session_key(events, visitor))
    visitor_session = _codes(visitor) * (session.max(initial=0) + 1) + session
    times = _microseconds(events)
    order = _sorted_by(visitor_session, times - times.min(initial=0))
    same = _same_as_before(visitor_session[order]) & _same_as_before(times[order])
    if same.any():
        order = _settle_ties(events, order, same)
    return order, session[order]


def _first_known(events: pa.Table, names: tuple[str, ...]) -> pa.DictionaryArray:
    known = [_array(events.column(name)) for name in names if name in events.column_names]
    if not known[0].null_count:
        return known[0]
    return ranked(pc.coalesce(*[column.cast(pa.string()) for column in known]))


def _session_key(events: pa.Table, visitor: pa.DictionaryArray) -> pa.DictionaryArray:
    """The source's session; where it has none, the visitor under a name that no session bears."""
    if "user_session" not in events.column_names:
        return visitor
    session = _array(events.column("user_session"))
    if not session.null_count:
        return session
    own = pc.binary_join_element_wise("\0", visitor.cast(pa.string()), "")
    return ranked(pc.coalesce(session.cast(pa.string()), own))


def _codes(values: pa.DictionaryArray, missing: int = 0) -> Integers:
    indices = values.indices.fill_null(missing) if values.null_count else values.indices
    return np.asarray(indices.to_numpy(), np.int64)


def ranked(values: pa.Array) -> pa.DictionaryArray:
    """Texts as a dictionary in byte order, so that codes compare as the texts do."""
    encoded = values.dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order) + 1, np.int32)
    rank[order] = np.arange(len(order))
    codes = rank.take(_codes(encoded, len(order)))
    missing = encoded.indices.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), encoded.dictionary.take(pa.array(order)))


def _sorted_by(first: Integers, second: Integers) -> NDArray[np.intp]:
    """The stable order by two columns of numbers that are not negative; packed into one where they fit."""
    unit = int(np.gcd.reduce(second)) or 1
    span = int(second.max(initial=0)) // unit + 1
    if (int(first.max(initial=0)) + 1) * span < 2**63:
        return np.argsort(first * span + second // unit, kind="stable")
    return np.lexsort((second, first))


def _same_as_before(values: Integers) -> NDArray[np.bool_]:
    same = np.zeros(len(values), bool)
    np.equal(values[1:], values[:-1], out=same[1:])
    return same


def _settle_ties(events: pa.Table, order: NDArray[np.intp], same: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Drops equal rows; orders by content those that agree in visitor, session and time: arrival cannot show."""
    tied = np.flatnonzero(same | np.append(same[1:], False))
    rows = events.take(pa.array(order[tied]))
    group: Integers = np.cumsum(~same)[tied].astype(np.int64)
    codes = [_content(column) for column in rows.columns if column.null_count < rows.num_rows]
    by = np.lexsort((_digest(codes), group))
    equal = np.logical_and.reduce([_same_as_before(code[by]) for code in (group, *codes)])
    left = by[~equal]
    left = left[np.lexsort([*(code[left] for code in reversed(codes)), group[left]])]
    places = tied[np.searchsorted(group, group[left])] + _place_in_group(group[left])
    settled, keep = order.copy(), np.ones(len(order), bool)
    keep[tied] = False
    keep[places] = True
    settled[places] = order[tied[left]]
    return settled[keep]


def _place_in_group(groups: Integers) -> Integers:
    """Each element's place in its run of equal numbers, from 0."""
    return np.arange(len(groups)) - np.searchsorted(groups, groups)


def _content(column: pa.ChunkedArray) -> Integers:
    """A column as numbers that compare as its values do; null comes first."""
    values = _array(column)
    if pa.types.is_string(values.type) or pa.types.is_dictionary(values.type):
        return _codes(ranked(values), -1)
    return np.asarray(values.cast(pa.int64()).fill_null(-1).to_numpy())


def _digest(codes: list[Integers]) -> Integers:
    """A number that is the same for equal rows, and nearly always another for others."""
    mixed = np.zeros(len(codes[0]), np.uint64)
    for code in codes:
        mixed = (mixed ^ code.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)


def _first_of_each_id(events: pa.Table) -> NDArray[np.bool_]:
    """Rows whose ``event_id`` no row before them has; rows without one are all first."""
    ids = _array(events.column("event_id")).dictionary_encode()
    codes = _codes(ids)
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
    """A dictionary of the values present, in the order of the rows: one in the order of arrival would show in a file."""
    if name not in REPEATING:
        return column
    values = _array(column)
    size, rows = len(values.dictionary), len(values)
    codes = _codes(values, size)
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
    starts = ~_same_as_before(sessions)
    in_order = bool(np.all(starts[1:] | (times[1:] >= times[:-1])))
    if in_order and int(starts.sum()) == np.count_nonzero(np.bincount(sessions)):
        return _numbered(times, sessions)
    order = np.lexsort((times, sessions))
    numbers = np.empty(len(times), np.int32)
    numbers[order] = _numbered(times[order], sessions[order])
    return numbers


def _numbered(times: Integers, sessions: Integers) -> NDArray[np.int32]:
    pause = np.diff(times, prepend=times[:1]) > SILENCE
    return (np.cumsum(~_same_as_before(sessions) | pause) - 1).astype(np.int32)


def _microseconds(events: pa.Table) -> Integers:
    return np.asarray(_array(events.column("event_time")).cast(pa.int64()).to_numpy())


def _array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array, without a copy where it is one already."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
