"""What only Footfall is asked: every rule at once, latency at a steady pace, memory for each key, a restart."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from statistics import quantiles
from typing import Any

import msgspec
import numpy as np
import psutil
import pyarrow as pa

from bench.stream import attackers, data, fields
from bench.stream.peers.footfall import ahead, blocks, panes, read, rules_of, typed
from bench.stream.work import ALLOWED, BEHIND, Job
from footfall.detect.arrivals import Arrivals
from footfall.detect.guard import Guard
from footfall.detect.relation import relation
from footfall.detect.windows import Found
from footfall.ports import GuardChanges
from footfall.rules import feeds, rules

DISTRIBUTION = "footfall"

TICK = 100
"""Milliseconds between batches of the paced run."""
KEYS = 2_000_000
QUARTER = 900_000
"""A quarter of an hour: as long as the longest window; ms."""
BATCH = 20_000
SMALL = 1 << 20
"""Bytes of a batch of the run that is stopped: a fraction of a second of a busy store."""


class Arrived(msgspec.Struct, gc=False):
    """When a line arrived."""

    received_at: str


def guard(job: Job) -> dict[str, int]:
    """Every rule that is shipped, with confirmations, history, surge, alerts and incidents."""
    watching = _guard()
    alerts: set[str] = set()
    for events in ahead(typed(block) for block in blocks(job.stream)):
        alerts |= {alert.id for _, alert in watching.feed(events).alerts}
    alerts |= {alert.id for _, alert in watching.flush().alerts}
    watches = sum(len(rule.watches) for rule in rules().values())
    return {"rules": len(rules()), "watches": watches, "alerts": len(alerts), "late": watching.late}


def _guard() -> Guard:
    return Guard(rules(), feeds(), panes(list(rules().values())), ALLOWED)


def latency(job: Job) -> dict[str, Any]:
    """Batches of 100 ms, handed over at the pace they were received at.

    Returns:
        Milliseconds: ``arrival``, from an event's arrival until its batch is through the windows, half and 99 of 100;
        ``close``, from the moment a window may be judged until what it says is there; ``behind``, the longest that a
        batch had to wait for the one before.
    """
    windows, arrivals = panes(rules_of(job.rules)), Arrivals(ALLOWED)
    ticks = list(_ticks(job.stream))
    start = ticks[0][0] * TICK
    arrived: list[float] = []
    closed: list[float] = []
    behind, events = 0.0, 0
    gc.collect()
    gc.freeze()
    begun = time.perf_counter()
    for tick, lines in ticks:
        due = begun + ((tick + 1) * TICK - start) / 1000
        time.sleep(max(0.0, due - time.perf_counter()))
        behind = max(behind, time.perf_counter() - due)
        batch = read(lines)
        received = batch["received_at"].to_numpy()
        found = windows.feed(arrivals.take(batch), arrivals.watermark)
        now = start + (time.perf_counter() - begun) * 1000
        arrived += (now - received).tolist()
        closed += [now - _judged_from(finding) for finding in found]
        events += len(received)
    took = {"arrival": _percentiles(arrived), "close": _percentiles(closed)}
    return {"events": events, "behind": behind * 1000, "windows": len(closed), **took}


def _judged_from(finding: Found) -> int:
    """When the first event could arrive that lets a window be judged."""
    return finding.window_end + BEHIND - 1


def _ticks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines by the tick of their arrival."""
    decoder = msgspec.json.Decoder(Arrived)
    with path.open("rb") as file:
        for tick, lines in groupby(file, lambda line: _milliseconds(decoder.decode(line).received_at) // TICK):
            yield tick, b"".join(lines)


def _milliseconds(text: str) -> int:
    return int(np.datetime64(text.removesuffix("Z"), "ms").astype(np.int64))


def _percentiles(values: list[float]) -> list[float]:
    """Half of the values are below the first, 99 of 100 below the second."""
    if len(values) < 2:
        return [values[0]] * 2 if values else []
    cut = quantiles(values, n=100, method="inclusive")
    return [cut[49], cut[98]]


def keys(job: Job) -> dict[str, Any]:
    """Two million visits within a quarter of an hour, two events each: what the engine remembers of all of them."""
    windows, arrivals = panes(rules_of(job.rules)), Arrivals(ALLOWED)
    process = psutil.Process()
    windows.feed(arrivals.take(relation(_visits(0, 10))), arrivals.watermark)
    gc.collect()
    before = process.memory_info().rss
    for first in range(0, KEYS, BATCH // 2):
        windows.feed(arrivals.take(relation(_visits(first, BATCH // 2))), arrivals.watermark)
    pa.default_memory_pool().release_unused()
    gc.collect()
    held = process.memory_info().rss - before
    begun = time.perf_counter()
    state = windows.snapshot()
    took = time.perf_counter() - begun
    return {"keys": KEYS, "bytes": held, "snapshot_s": took, "snapshot_bytes": len(state)}


def _kept(changes: GuardChanges) -> list[list[bytes]]:
    """What a store would keep of one step, whatever the order in which it is told."""
    parts = (changes.alerts, changes.incidents, changes.verdicts, changes.events, changes.notes)
    return [sorted(map(msgspec.json.encode, part)) for part in parts]


def _visits(first: int, many: int) -> pa.Table:
    """Visits, each of a session and an address of its own, in order of time: a page and a product."""
    number = np.repeat(np.arange(first, first + many), 2)
    moment = data.START + number * QUARTER // KEYS + np.tile([0, 1], many)
    columns = {
        "event_time": moment,
        "received_at": moment + attackers.DELAY,
        "event_type": ["page", "view"] * many,
        "product_id": [
            None if even else str(n % attackers.PRODUCTS) for n, even in zip(number, [1, 0] * many, strict=True)
        ],
        "user_session": [f"{n:032x}" for n in number],
        "ip": [f"{n >> 24 & 255}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in number],
        "user_agent": [attackers.AGENT] * len(number),
        "path": ["/"] * len(number),
    }
    return fields.table(columns)


def restart(job: Job) -> dict[str, Any]:
    """The guard, with every rule, stopped in the middle of the stream and started again: does it say the same?"""
    tables = [typed(block) for block in blocks(job.stream, SMALL)]
    half = len(tables) // 2
    first = _guard()
    for events in tables[:half]:
        first.feed(events)
    begun = time.perf_counter()
    state = first.snapshot()
    snapshot = time.perf_counter() - begun
    begun = time.perf_counter()
    second = _guard()
    made = time.perf_counter() - begun
    second.restore(state)
    restored = time.perf_counter() - begun
    changes = [second.feed(tables[half])]
    ready = time.perf_counter() - begun
    changes += [*(second.feed(events) for events in tables[half + 1 :]), second.flush()]
    others = [*(first.feed(events) for events in tables[half:]), first.flush()]
    same = list(map(_kept, changes)) == list(map(_kept, others))
    times = {"snapshot_s": snapshot, "made_s": made, "restore_s": restored - made, "ready_s": ready}
    return {**times, "snapshot_bytes": len(state), "events": sum(map(len, tables[:half])), "same": same}
