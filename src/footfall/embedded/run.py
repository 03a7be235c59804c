"""The embedded plane, put together: a home directory opened, files brought in, marts brought up to date."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.config import Settings, load
from footfall.embedded.arrived import note
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.letters import revive
from footfall.embedded.table import exclusive
from footfall.ingest.formats import adapters
from footfall.ingest.run import Progress, ingest
from footfall.ingest.source import Source
from footfall.layout import Layout
from footfall.ports import Counts, FootfallError

if TYPE_CHECKING:
    from footfall.embedded import build as marts

AHEAD = 2
"""Tasks in flight for each worker while importing."""


LOG, LETTERS = "the event log", "dead letters, read again"
"""What the log of imports calls what came over HTTP, and what had been refused before."""


def open_lake(home: Path, settings: Settings | None = None) -> EmbeddedLake:
    """The lake under a home; nothing is created until something is written.

    Raises:
        SettingsError: a setting that cannot be used.
    """
    _choose_allocator()
    layout = Layout(home)
    return EmbeddedLake(layout, settings or load(layout.settings))


def ingest_source(lake: EmbeddedLake, source: Source, forced: str | None, progress: Progress) -> Counts:
    """Brings one file into the lake, whole or not at all.

    Raises:
        FootfallError: the file cannot be read, holds no row, or the disk is full.
    """
    workers = lake.settings.engine.workers
    with _one_writer(lake), ThreadPoolExecutor(workers) as pool, lake.writer(pool) as writer:
        counts = ingest(source, forced, writer, lake.settings.store, pool, AHEAD * workers, progress)
        note(lake.layout, _now(), source.name, counts)
        return counts


def replay(lake: EmbeddedLake, forced: str | None = None, progress: Progress = lambda _done, _files: None) -> Counts:
    """Reads every dead letter again, as it would be read today: see ``letters.revive``.

    Raises:
        FootfallError: there is no such format, or the disk is full.
    """
    if forced and forced not in adapters():
        raise FootfallError(f"There is no format {forced!r}; the formats are {', '.join(adapters())}.")
    with _one_writer(lake):
        counts = revive(lake, forced, progress)
        note(lake.layout, _now(), LETTERS, counts)
        return counts


def build(lake: EmbeddedLake, progress: marts.Progress) -> marts.Report:
    """Brings the event log into the lake, and the marts up to date.

    Raises:
        FootfallError: the disk is full, or a segment of the log is damaged.
    """
    from footfall.embedded import build as marts
    from footfall.embedded.compact import compact
    from footfall.embedded.event_log import SegmentedLog

    with _one_writer(lake):
        if lake.layout.log.is_dir():
            note(lake.layout, _now(), LOG, compact(lake, SegmentedLog(lake.layout)))
        return marts.build(lake, progress)


def _now() -> int:
    return time.time_ns() // 1_000_000


@contextmanager
def _one_writer(lake: EmbeddedLake) -> Iterator[None]:
    """Keeps other writers out, clears what killed ones left behind, and says a full disk in a sentence."""
    try:
        with exclusive(lake.layout.home):
            shutil.rmtree(lake.layout.work, ignore_errors=True)
            lake.keep_zone()
            yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
            raise FootfallError(f"The disk under {lake.layout.home} is full; make room and run it again.") from error
        raise


def _choose_allocator() -> None:
    """Uses the allocator that gives freed memory back soonest, where this build of Arrow has it."""
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
