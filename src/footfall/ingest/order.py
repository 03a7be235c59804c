"""The order in which a day is kept: by visitor, session, time and content, equal rows once."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from footfall.event import IDENTITIES

Integers = NDArray[np.int64]

SESSION = "user_session"
SECOND = 1_000_000
TENS = 10 ** np.arange(17)
"""Powers of ten; a number of as many digits, times their count, fits into 64 bits."""


def ordered(events: pa.Table) -> tuple[NDArray[np.intp], Integers]:
    """The rows by visitor, session, time and content, equal rows once; each one's session."""
    visitor = _first_known(events, IDENTITIES)
    visitor_session, session = _pairs(_numbers(visitor), _session_key(events, visitor))
    times = microseconds(events)
    order = _sorted_by(visitor_session, times - times.min(initial=2**62))
    same = same_as_before(visitor_session[order]) & same_as_before(times[order])
    if same.any():
        order = _settle_ties(events, order, same)
    return order, session[order]


def _first_known(events: pa.Table, names: tuple[str, ...]) -> pa.Array:
    known = [array(events.column(name)) for name in names if name in events.column_names]
    if not known[0].null_count:
        return known[0].cast(pa.string())
    return pc.coalesce(*[column.cast(pa.string()) for column in known])


def _session_key(events: pa.Table, visitor: pa.Array) -> pa.DictionaryArray:
    """The source's session; where it has none, the visitor under a name that no session bears."""
    if SESSION not in events.column_names:
        return visitor.dictionary_encode()
    session = array(events.column(SESSION))
    if not session.null_count:
        return session
    own = pc.binary_join_element_wise("\0", visitor, "")
    return pc.coalesce(session.cast(pa.string()), own).dictionary_encode()


def _numbers(texts: pa.Array) -> Integers:
    """Numbers that compare as the texts do: digits filled up to one length where all are decimals, else ranks."""
    lengths = np.asarray(pc.binary_length(texts), np.int64)
    longest = int(lengths.max(initial=0))
    if longest < len(TENS) and not pc.any(pc.starts_with(texts, "0")).as_py():
        with suppress(pa.ArrowInvalid):
            numbers = np.asarray(texts.cast(pa.int64()))
            if (numbers >= TENS[lengths - 1]).all():
                return numbers * TENS[longest - lengths] * len(TENS) + lengths
    return codes_of(ranked(texts))


def _pairs(visitor: Integers, session: pa.DictionaryArray) -> tuple[Integers, Integers]:
    """Numbers that compare as each row's visitor and the text of its session do; a number for each session."""
    codes = codes_of(session)
    owner = np.zeros(len(session.dictionary), np.int64)
    owner[codes] = visitor
    if np.array_equal(owner[codes], visitor):
        return _rank_of_sessions(owner, session.dictionary)[codes], codes
    codes = codes_of(ranked(session))
    return np.unique(visitor, return_inverse=True)[1] * len(owner) + codes, codes


def _rank_of_sessions(owner: Integers, texts: pa.Array) -> Integers:
    """The place of each session among all, by the one visitor it has, then by its text."""
    order = np.argsort(owner)
    same = same_as_before(owner[order])
    tied = np.flatnonzero(same | np.append(same[1:], False))
    sessions = order[tied]
    by_text = codes_of(ranked(texts.take(pa.array(sessions))))
    order[tied] = sessions[np.lexsort((by_text, owner[sessions]))]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def codes_of(values: pa.DictionaryArray, missing: int = 0) -> Integers:
    """The codes of a dictionary's values; ``missing`` where there is none."""
    indices = values.indices.fill_null(missing) if values.null_count else values.indices
    return np.asarray(indices.to_numpy(), np.int64)


def ranked(values: pa.Array) -> pa.DictionaryArray:
    """Texts as a dictionary in byte order, so that codes compare as the texts do."""
    encoded = values.dictionary_encode()
    order = pc.array_sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order) + 1, np.int32)
    rank[order] = np.arange(len(order))
    codes = rank.take(codes_of(encoded, len(order)))
    missing = encoded.indices.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), encoded.dictionary.take(pa.array(order)))


def _sorted_by(first: Integers, second: Integers) -> NDArray[np.intp]:
    """The stable order by two columns of numbers, none negative; packed into one, with the place, if they fit."""
    whole = second // SECOND
    second = whole if np.array_equal(whole * SECOND, second) else second
    span, bits = int(second.max(initial=0)) + 1, len(first).bit_length()
    top = (int(first.max(initial=0)) + 1) * span
    if top << bits < 2**63:
        packed = (first * span + second) << bits | np.arange(len(first))
        packed.sort()
        return packed & ((1 << bits) - 1)
    return np.argsort(first * span + second, kind="stable") if top < 2**63 else np.lexsort((second, first))


def same_as_before(values: Integers) -> NDArray[np.bool_]:
    """Whether each number equals the one before it."""
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
    equal = np.logical_and.reduce([same_as_before(code[by]) for code in (group, *codes)])
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
    values = array(column)
    if pa.types.is_string(values.type) or pa.types.is_dictionary(values.type):
        return codes_of(ranked(values.cast(pa.string())), -1)
    return np.asarray(values.cast(pa.int64()).fill_null(-1).to_numpy())


def _digest(codes: list[Integers]) -> Integers:
    """A number that is the same for equal rows, and nearly always another for others."""
    mixed = np.zeros(len(codes[0]), np.uint64)
    for code in codes:
        mixed = (mixed ^ code.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)


def microseconds(events: pa.Table) -> Integers:
    """When each event happened, in microseconds since the epoch."""
    return np.asarray(array(events.column("event_time")).cast(pa.int64()).to_numpy())


def array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array, without a copy where it is one already."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
