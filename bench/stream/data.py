"""The events that every engine reads: a simulated store at a chosen density, with attackers, in order of arrival."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.stream import attackers, fields
from footfall.simulate.encode import json_lines
from footfall.simulate.setting import Store
from footfall.simulate.write import write

START = int(datetime(2025, 9, 1, 10, tzinfo=UTC).timestamp() * 1000)
"""When the stream begins, UTC ms; no window of any rule is cut by it."""
DAY = 86_400_000
SEED = 20250901
ATTACKERS = 0.04
"""The share of events that attackers send."""
SPARE = 1.1
"""How much more is simulated than is needed, so that the stream ends before the last late events arrive."""
PROBE = 2_000
"""Visitors of the small store that tells how many events a visitor makes."""
SLICE = 1 << 17


@dataclass(frozen=True, slots=True)
class Stream:
    """A file of events as JSON lines in order of arrival: how many, how many bytes, how many a second of event time."""

    path: Path
    events: int
    bytes: int
    rate: int


def made(folder: Path, events: int, rate: int) -> Stream:
    """A file of so many events, so many a second; made once."""
    path = folder / f"stream-{events}x{rate}.jsonl"
    if not path.exists():
        print(f"making {path.name} …", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.unfinished")
        _write(table(events, rate), unfinished)
        unfinished.replace(path)
    return Stream(path, events, path.stat().st_size, rate)


def head(stream: Stream, events: int) -> Stream:
    """The first events of a stream as a file of their own."""
    if events >= stream.events:
        return stream
    path = stream.path.with_name(f"{stream.path.stem}-first{events}.jsonl")
    if not path.exists():
        with stream.path.open("rb") as whole, path.open("wb") as part:
            part.writelines(line for line, _ in zip(whole, range(events), strict=False))
    return Stream(path, events, path.stat().st_size, stream.rate)


def table(events: int, rate: int) -> pa.Table:
    """So many events in order of arrival, in the event's schema."""
    most = round(events * SPARE)
    span = most * 1000 // rate
    attacks = attackers.table(round(most * ATTACKERS), START, span, SEED)
    mixed = pa.concat_tables([_people(most - len(attacks), span), attacks])
    mixed = _arrived(mixed).sort_by([("received_at", "ascending"), ("event_time", "ascending")])
    assert len(mixed) >= events
    return mixed.slice(0, events)


def _people(events: int, span: int) -> pa.Table:
    """One day of a store, folded into ``span`` ms: each stretch of the day is other people at the same time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "day.parquet"
        write(path, _store(PROBE))
        visitors = round(events / pq.read_metadata(path).num_rows * PROBE)
        write(path, _store(visitors))
        day = pq.read_table(path)
    times = _milliseconds(day["event_time"])
    stretch, within = np.divmod(times - times.min() // DAY * DAY, span)
    delay = np.maximum(_milliseconds(day["received_at"]) - times, 1)
    names = pc.binary_join_element_wise(day["user_session"], pa.array(stretch).cast(pa.string()), "-")
    columns = {name: day[name] for name in day.schema.names}
    columns |= {"event_time": START + within, "received_at": START + within + delay, "user_session": names}
    return fields.table(columns)


def _store(visitors: int) -> Store:
    return Store(days=1, visitors=visitors, start=date(2025, 9, 1), zone="UTC", seed=7, effects=False)


def _arrived(events: pa.Table) -> pa.Table:
    """Some events late, some by a hair, some at whole seconds, some from clocks that are fast."""
    draw = np.random.default_rng(SEED).integers(0, 10_000, len(events))
    times, arrivals = (_milliseconds(events[name]) for name in ("event_time", "received_at"))
    delays = arrivals - times
    times = np.where((draw >= 100) & (draw < 500), times // 1000 * 1000, times)
    delays = np.select([draw < 20, draw < 25, draw < 30], [5001 + draw * 997, 5000, 5001], delays)
    arrivals = times + delays
    times = np.where((draw >= 30) & (draw < 35), arrivals + 5000, times)
    columns = {name: events[name] for name in events.schema.names}
    return fields.table(columns | {"event_time": times, "received_at": arrivals})


def _milliseconds(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column.cast(pa.int64())) // 1000


def _write(events: pa.Table, path: Path) -> None:
    with path.open("wb") as file:
        for start in range(0, len(events), SLICE):
            file.writelines(json_lines(events.slice(start, SLICE)))
