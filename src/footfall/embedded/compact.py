"""Bringing the event log into the lake: every batch once, whatever is killed and whenever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pyarrow as pa

from footfall.embedded.event_log import COMPACTION, SegmentedLog
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.table import sync
from footfall.ports import Counts

ROWS = 1 << 17
"""Rows of small batches handed on together, of at most so many batches."""
BATCHES = 1 << 11


def compact(lake: EmbeddedLake, log: SegmentedLog, until: int | None = None) -> Counts:
    """Brings what the log holds since the last time into the lake. The caller keeps other writers of the home out.

    Killed before the offset is durable, it does the same again: an event already in the lake is dropped as its own
    duplicate, and the dead letters' file, named after the first batch, is written over.

    Args:
        lake: the lake.
        log: the log; it may be written meanwhile.
        until: the offset of the last batch to bring in; the present end unless said.

    Raises:
        FootfallError: a segment is damaged.
    """
    after = log.offset(COMPACTION)
    until = log.end() if until is None else min(until, log.end())
    if until <= after:
        return Counts()
    with ThreadPoolExecutor(lake.settings.engine.workers) as pool, lake.writer(pool) as writer:
        rows = 0
        for events in _joined(log, after, until):
            writer.add(events)
            rows += events.num_rows
        dead = _keep_letters(lake, log, after, until)
        counts = writer.commit() if rows else Counts()
    log.commit(COMPACTION, until)
    return counts + Counts(rows=dead, dead=dead)


def _joined(log: SegmentedLog, after: int, until: int) -> Iterator[pa.Table]:
    """The events of some batches, small batches together."""
    held: list[pa.Table] = []
    rows = 0
    for offset, events in log.read(after):
        if offset > until:
            break
        held.append(events)
        rows += events.num_rows
        if rows >= ROWS or len(held) >= BATCHES:
            yield _one(held)
            held, rows = [], 0
    if held:
        yield _one(held)


def _one(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables, promote_options="default").combine_chunks()


def _keep_letters(lake: EmbeddedLake, log: SegmentedLog, after: int, until: int) -> int:
    """Keeps refused rows durably under the number of the first batch they may come from."""
    encoder, dead = msgspec.json.Encoder(), 0
    draft = lake.layout.work / f"letters-{after + 1}.jsonl"
    with draft.open("wb") as file:
        for dead, letter in enumerate(log.letters(after, until), 1):  # noqa: B007
            file.write(encoder.encode(letter) + b"\n")
    if dead:
        lake.layout.dead_letters.mkdir(parents=True, exist_ok=True)
        sync(draft)
        draft.replace(lake.layout.dead_letters / f"log-{after + 1:016d}.jsonl")
        sync(lake.layout.dead_letters)
    return dead
