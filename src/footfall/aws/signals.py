"""What the Flink application says: rows of watches and feeds, late events, dead letters, a tick that lets time pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa

from footfall.detect.compile import WINDOW_END, watch_tree
from footfall.detect.windows.found import Found, in_order
from footfall.ports import FootfallError
from footfall.rules import Watch

WATCH, FEED, LATE, LETTER, TICK = "watch", "feed", "late", "letter", "tick"
KINDS = (WATCH, FEED, LATE, LETTER, TICK)


@dataclass(frozen=True, slots=True)
class Signal:
    """One record of the signals stream.

    Attributes:
        kind: one of ``KINDS``.
        name: the watch (``source_flood.burst``), the feed (``traffic``), the stream of late events or of a letter,
            nothing for a tick.
        end: end of the window, or the time of a tick, by which all that ended was told; UTC ms.
        row: the columns that the SELECT puts out, or the letter.
        arrived: when the stream took it, UTC ms.
    """

    kind: str
    name: str
    end: int
    row: Mapping[str, Any] = field(default_factory=dict)
    arrived: int = 0


def parse(data: bytes, arrived: int = 0) -> Signal:
    """Reads ``{"watch": "source_flood.burst", "window_end": 1000, "ip": …}`` and its like.

    Args:
        data: the record.
        arrived: when the stream took it, UTC ms.

    Raises:
        FootfallError: it is no signal.
    """
    try:
        told = msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise FootfallError(f"A record of the signals is no JSON object ({error}).") from error
    kinds = [kind for kind in KINDS if isinstance(told.get(kind), str | int)]
    if len(kinds) != 1:
        raise FootfallError(f"A record of the signals names none or several of {', '.join(KINDS)}.")
    name = told.pop(kinds[0])
    if kinds == [TICK]:
        if not isinstance(name, int):
            raise FootfallError(f"A tick has no time: {name!r}.")
        return Signal(TICK, "", name, {}, arrived)
    end = told.pop(WINDOW_END, 0)
    if not isinstance(name, str) or not isinstance(end, int) or (kinds != [LETTER] and end <= 0):
        raise FootfallError(f"A signal of {name!r} has no {WINDOW_END}.")
    return Signal(kinds[0], name, end, told, arrived)


def found(signals: Iterable[Signal], watches: Mapping[str, Watch]) -> list[Found]:
    """What watches found, by window end, watch and key; of a watch that is not known, nothing."""
    places = {name: place for place, name in enumerate(watches)}
    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for signal in signals:
        if signal.kind == WATCH and (watch := watches.get(signal.name)):
            key = (signal.end, *(signal.row.get(name) for name in watch.key))
            rows.setdefault(signal.name, {})[key] = {**signal.row, WINDOW_END: signal.end}
    tables = [(places[name], watches[name], _table(watches[name], list(held.values()))) for name, held in rows.items()]
    return in_order(tables)


def panes(signals: Iterable[Signal], feeds: Iterable[str]) -> list[tuple[str, int, pa.Table]]:
    """The rows of feeds, by the end of their windows; the same row twice is one."""
    rows: dict[tuple[int, str], dict[bytes, Mapping[str, Any]]] = {}
    known = set(feeds)
    for signal in signals:
        if signal.kind == FEED and signal.name in known:
            rows.setdefault((signal.end, signal.name), {})[msgspec.json.encode(signal.row, order="sorted")] = signal.row
    return [(name, end, pa.Table.from_pylist(list(held.values()))) for (end, name), held in sorted(rows.items())]


def _table(watch: Watch, rows: list[dict[str, Any]]) -> pa.Table:
    """Columns in the order of the SELECT: the first count is the one that people are told of."""
    told = {name for row in rows for name in row} - {*watch.key, WINDOW_END}
    named = [column.alias_or_name for column in watch_tree(watch).expressions]
    counts = sorted(told, key=lambda name: (named.index(name) if name in named else len(named), name))
    types = dict.fromkeys(watch.key, pa.string()) | dict.fromkeys([*counts, WINDOW_END], pa.int64())
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in types.items()})
