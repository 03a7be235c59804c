"""The events as rules see them: one relation, its derived columns worked out once for each distinct value."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall import known_bots
from footfall.event import EventType

TEXT = pa.dictionary(pa.int32(), pa.string())
"""Text is dictionary encoded; every engine reads it as VARCHAR."""


class Step(NamedTuple):
    """One event as a rule sees it, in the columns of the relation; times are UTC ms."""

    event_time: int
    received_at: int
    event_type: str
    product_id: str | None
    category: str | None
    brand: str | None
    price: int | None
    quantity: int | None
    user_id: str | None
    user_session: str | None
    anon_id: str | None
    order_id: str | None
    ip: str | None
    user_agent: str | None
    path: str | None
    referrer: str | None
    campaign: str | None
    status: int | None
    network: str | None
    visitor: str | None
    actor: str | None
    crawler: str | None
    verified: int
    site: str


COLUMNS = Step._fields
_NUMBERS = {
    **dict.fromkeys(("event_time", "received_at", "price"), pa.int64()),
    **dict.fromkeys(("quantity", "status", "verified"), pa.int32()),
}
SCHEMA = pa.schema([pa.field(name, _NUMBERS.get(name, TEXT)) for name in COLUMNS])
"""The relation as an Arrow schema."""

_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"\A({_OCTET}[.]){{3}}{_OCTET}\z"
_PLAIN = ("product_id", "brand", "user_id", "user_session", "anon_id", "order_id", "ip", "user_agent")
_LATER = ("path", "referrer", "campaign")


def relation(events: pa.Table) -> pa.Table:
    """The relation that rules read.

    Args:
        events: any of the columns of :func:`footfall.event.arrow_schema`, ``event_time`` and ``event_type`` among them.

    Returns:
        The rows but those of type ``request``, in their order, in :data:`SCHEMA`.
    """
    events = events.filter(pc.not_equal(_text(events, "event_type"), pa.scalar(str(EventType.REQUEST))))
    found: dict[str, Any] = {name: _text(events, name) for name in ("event_type", *_PLAIN, *_LATER)}
    times = milliseconds(events, "event_time")
    found |= {
        "event_time": times,
        "received_at": pc.coalesce(milliseconds(events, "received_at"), times),
        "category": _either(_text(events, "category_code"), _text(events, "category_id")),
        "site": _constant("site", len(events)),
        **{name: _number(events, name) for name in ("price", "quantity", "status")},
    }
    found |= _who(found)
    return pa.table([found[name] for name in COLUMNS], schema=SCHEMA)


def steps(table: pa.Table) -> list[Step]:
    """Rows of the relation as steps, sorted by all columns beginning with the time; NULL comes first."""
    columns = [_values(table[name]) for name in COLUMNS]
    found = sorted((Step(*values) for values in zip(*columns, strict=True)), key=itemgetter(0))
    return [step for _, tied in groupby(found, itemgetter(0)) for step in _untied(list(tied))]


class Events:
    """The events of a finding, looked up when they are asked for.

    Args:
        table: gives the columns of the relation that are named, all where none is; rows in no order.
    """

    def __init__(self, table: Callable[..., pa.Table]) -> None:
        self.table = table

    def __call__(self) -> list[Step]:
        """As steps, in order of time."""
        return steps(self.table())


def _untied(steps: list[Step]) -> list[Step]:
    if len(steps) == 1:
        return steps
    return sorted(steps, key=lambda step: [(value is not None, value) for value in step])


def _values(column: pa.ChunkedArray) -> list[Any]:
    """A column's values; text is looked up in its dictionary."""
    if not pa.types.is_dictionary(column.type):
        return list(column.to_pylist())
    found: list[Any] = []
    for chunk in column.chunks:
        used, codes = np.unique(_codes(chunk), return_inverse=True)
        words = [None] * int(len(used) > 0 and used[0] < 0)
        words += chunk.dictionary.take(pa.array(used[len(words) :])).to_pylist()
        found += [words[code] for code in codes.tolist()]
    return found


def _who(found: dict[str, Any]) -> dict[str, Any]:
    ip, agent, session = found["ip"], found["user_agent"], found["user_session"]
    crawler = _mapped(agent, known_bots.claim)
    return {
        "network": _networks(ip),
        "visitor": _either(_either(found["user_id"], found["anon_id"]), session),
        "actor": _either(session, _joined(ip, agent, session)),
        "crawler": crawler,
        "verified": _verified(ip, crawler),
    }


def _text(events: pa.Table, name: str) -> Any:
    """A column dictionary encoded, in one piece; all NULL where the table lacks it."""
    if name not in events.schema.names:
        return pa.DictionaryArray.from_arrays(pa.nulls(len(events), pa.int32()), pa.array([], pa.string()))
    column = events[name]
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    column = column.cast(TEXT) if column.type != TEXT else column
    if column.num_chunks == 1:
        return column.chunk(0)
    return column.unify_dictionaries().combine_chunks() if column.num_chunks else pa.array([], TEXT)


def _number(events: pa.Table, name: str) -> Any:
    kind = _NUMBERS[name]
    return events[name].cast(kind) if name in events.schema.names else pa.nulls(len(events), kind)


def milliseconds(events: pa.Table, name: str) -> Any:
    """A column of times as UTC ms; all NULL where the table lacks it."""
    if name not in events.schema.names:
        return pa.nulls(len(events), pa.int64())
    column = events[name]
    if not pa.types.is_timestamp(column.type):
        return column.cast(pa.int64())
    return column.cast(pa.timestamp("ms", tz=column.type.tz), safe=False).cast(pa.int64())


def _codes(column: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The column's indices, -1 for NULL."""
    return np.asarray(pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False), np.int64)


def _coded(codes: np.ndarray[Any, Any], values: Any) -> Any:
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, values)


def _constant(value: str, rows: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([value]))


def _either(first: Any, second: Any) -> Any:
    """The first where it is there, else the second."""
    if not first.null_count:
        return first
    if second.null_count == len(second):
        return first
    left, right = _codes(first), _codes(second)
    values = pa.concat_arrays([first.dictionary, second.dictionary])
    codes = np.where(left >= 0, left, np.where(right >= 0, right + len(first.dictionary), -1))
    return _once(codes, values)


def _once(codes: np.ndarray[Any, Any], values: Any) -> Any:
    """A dictionary column whose values may repeat, with each value once."""
    encoded = values.dictionary_encode()
    if len(encoded.dictionary) == len(values):
        return _coded(codes, values)
    places = np.append(_codes(encoded), -1)
    return _coded(places[codes], encoded.dictionary)


def _mapped(column: Any, judge: Callable[[str], str | None]) -> Any:
    values = pa.array([judge(value) for value in column.dictionary.to_pylist()], pa.string())
    encoded = values.dictionary_encode()
    places = np.append(_codes(encoded), -1)
    return _coded(places[_codes(column)], encoded.dictionary)


def _networks(ip: Any) -> Any:
    """Each address's network; those written as usual all at once."""
    plain = pc.fill_null(pc.match_substring_regex(ip.dictionary, _IPV4), False)
    values = pc.replace_substring_regex(ip.dictionary, r"[0-9]+\z", "0/24", max_replacements=1)
    if not pc.all(plain).as_py():
        others = [network(address) for address in ip.dictionary.filter(pc.invert(plain)).to_pylist()]
        values = pc.replace_with_mask(values, pc.invert(plain), pa.array(others, pa.string()))
    encoded = values.dictionary_encode()
    places = np.append(_codes(encoded), -1)
    return _coded(places[_codes(ip)], encoded.dictionary)


def _joined(ip: Any, agent: Any, session: Any) -> Any:
    """``ip || ' ' || user_agent`` where there is no session; NULL where either is."""
    left, right = _codes(ip), _codes(agent)
    wanted = (_codes(session) < 0) & (left >= 0) & (right >= 0)
    pairs, places = np.unique(left[wanted] * len(agent.dictionary) + right[wanted], return_inverse=True)
    lefts, rights = np.divmod(pairs, max(len(agent.dictionary), 1))
    texts = (ip.dictionary.take(pa.array(lefts)), agent.dictionary.take(pa.array(rights)))
    values = pc.binary_join_element_wise(*texts, " ")
    codes = np.full(len(left), -1, np.int64)
    codes[wanted] = places
    return _coded(codes, values)


def _verified(ip: Any, crawler: Any) -> Any:
    """1 where the address lies in the claimant's published ranges."""
    flags = np.zeros(len(ip), np.int32)
    claims, addresses = _codes(crawler), _codes(ip)
    rows = np.flatnonzero((claims >= 0) & (addresses >= 0))
    pairs, places = np.unique(claims[rows] * len(ip.dictionary) + addresses[rows], return_inverse=True)
    owners = (divmod(int(pair), len(ip.dictionary)) for pair in pairs)
    names, texts = crawler.dictionary.to_pylist(), ip.dictionary
    true = np.array([known_bots.owner(texts[address].as_py()) == names[claim] for claim, address in owners], bool)
    flags[rows] = true[places] if len(pairs) else 0
    return pa.array(flags)


@lru_cache(1 << 20)
def network(address: str) -> str | None:
    """The network an address belongs to: ``203.0.113.0/24``, ``2001:db8:1::/48``; None for what is no address."""
    try:
        return f"{IPv4Address(address)}".rpartition(".")[0] + ".0/24"
    except AddressValueError:
        pass
    try:
        return str(IPv6Network((int(IPv6Address(address)) >> 80 << 80, 48)))
    except AddressValueError:
        return None
