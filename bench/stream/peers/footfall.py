"""What ``footfall serve`` does between the log and its alerts: the adapter of JSON lines, the lateness, the panes.

Blocks of 8 MB; one is read and typed in a thread of its own while the panes take the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.stream.work import ALLOWED, Job, Row, rows, save
from footfall.detect.arrivals import Arrivals
from footfall.detect.relation import relation
from footfall.detect.windows import Found, Windows
from footfall.detect.windows.panes import Panes
from footfall.ingest.adapter import block_task
from footfall.ingest.formats import jsonl
from footfall.ingest.source import Block
from footfall.rules import Rule, load

TITLE = "Footfall"
DISTRIBUTION = "footfall"

BLOCK = 8 << 20


def watch(job: Job) -> dict[str, int]:
    """Reads the stream, writes what the rules found."""
    windows, arrivals = panes(rules_of(job.rules)), Arrivals(ALLOWED)
    found: list[Found] = []
    for events in ahead(read(block) for block in blocks(job.stream)):
        found += windows.feed(arrivals.take(events), arrivals.watermark)
    found += windows.flush()
    return {"rows": save(job, as_rows(found)), "late": arrivals.late}


def rules_of(folder: Path) -> list[Rule]:
    """Every rule of a folder."""
    return [load(path) for path in sorted(folder.glob("*.sql"))]


def panes(rules: list[Rule]) -> Windows:
    """The engine, with all their watches."""
    return Panes([watch for rule in rules for watch in rule.watches])


def blocks(path: Path, size: int = BLOCK) -> Iterator[bytes]:
    """Whole lines, about so many bytes at a time."""
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(size):
            lines, end, begun = (rest + chunk).rpartition(b"\n")
            yield lines + end
            rest = begun
    if rest:
        yield rest


def typed(lines: bytes) -> pa.Table:
    """Lines as events."""
    return block_task("stream", jsonl.parse, Block(lines, 1, lines.count(b"\n"), len(lines))).run().events


def read(lines: bytes) -> pa.Table:
    """Lines as the relation that rules see."""
    return relation(typed(lines))


def ahead(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same, one worked out in another thread while the one before is used."""
    with ThreadPoolExecutor(1) as pool:
        coming: Any = pool.submit(next, tables, None)
        while (table := coming.result()) is not None:
            coming = pool.submit(next, tables, None)
            yield table


def as_rows(found: list[Found]) -> Iterator[Row]:
    """What the engine found, as rows to compare."""
    for finding in found:
        table = finding.table
        columns = [table[name].to_pylist() for name in table.schema.names]
        yield from rows(finding.watch.rule.id, len(finding.watch.key), zip(*columns, strict=True))
