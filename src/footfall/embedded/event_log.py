"""The event log under a home: batches in the order they arrived, read by many, each remembering how far it came."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from footfall.embedded import segments
from footfall.embedded.segments import Segment
from footfall.layout import Layout
from footfall.ports import DeadLetter, FootfallError

COMPACTION = "compaction"
"""The reader that brings the log into the lake: what it has not read is never deleted."""

PAGE = 16
"""Batches fetched at once; no lock is held between pages, so that a slow reader holds nobody up."""

POLL = 0.02
HOUR = 3_600 * 1_000_000
DAY = 24 * HOUR
_READERS = """
CREATE TABLE IF NOT EXISTS readers(name TEXT PRIMARY KEY, position INTEGER NOT NULL, moved INTEGER NOT NULL);
"""
_COMMIT = """
INSERT INTO readers VALUES (?, ?, ?)
ON CONFLICT(name) DO UPDATE SET position = excluded.position, moved = excluded.moved
WHERE excluded.position > position
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of the log: how far it has come, and when it last moved, UTC microseconds."""

    name: str
    position: int
    moved: int


class SegmentedLog:
    """The log's reading side: see ``ports.EventLog``. Any number of processes may read while one appends."""

    def __init__(self, layout: Layout) -> None:
        self.folder = layout.log
        self._readers = layout.log / "readers.db"

    def read(self, after: int, limit: int | None = None) -> Iterator[tuple[int, pa.Table]]:
        """The batches after an offset, at most ``limit``, to the present end; columns without a value are left out.

        Raises:
            FootfallError: a segment is damaged.
        """
        left = limit if limit is not None else 1 << 62
        while left > 0 and (page := self._page(after, min(PAGE, left))):
            for after, payload in page:
                left -= 1
                yield after, _unpacked(after, payload)

    def letters(self, after: int, until: int) -> Iterator[DeadLetter]:
        """The dead letters of the batches after an offset up to another."""
        for segment in self._from(after):
            if segment.first <= until:
                yield from segments.letters(segment.path, after, until)

    def end(self) -> int:
        """The offset of the newest batch; 0 while there is none."""
        found = segments.segments(self.folder)
        return segments.end(found[-1]) if found else 0

    def wait(self, after: int, timeout: float) -> bool:
        """Waits until there is a batch after an offset; False when ``timeout`` seconds passed without one."""
        until = time.monotonic() + timeout
        while True:
            newest = segments.segments(self.folder)[-1:]
            if newest and self._reached(newest[0], after, until):
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(POLL)

    def _reached(self, newest: Segment, after: int, until: float) -> bool:
        """Waits over one connection, which is cheap, for as long as a segment is the newest."""
        with suppress(FileNotFoundError), segments.reading(newest.path) as connection:
            while segments.end_now(connection, newest) <= after:
                if time.monotonic() >= until or segments.segments(self.folder)[-1:] != [newest]:
                    return False
                time.sleep(POLL)
            return True
        return False

    def offset(self, reader: str) -> int:
        """How far a reader has come; 0 for one that is not known."""
        return next((known.position for known in self.readers() if known.name == reader), 0)

    def commit(self, reader: str, offset: int) -> None:
        """Makes a reader known, and how far it has come durable; it never goes back."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._bookkeeping() as connection:
            connection.execute(_COMMIT, (reader, offset, time.time_ns() // 1000))

    def dismiss(self, reader: str) -> None:
        """Forgets a reader: nothing is kept for it any more."""
        with self._bookkeeping() as connection:
            connection.execute("DELETE FROM readers WHERE name = ?", (reader,))

    def readers(self) -> list[Reader]:
        """Every reader that is known."""
        if not self._readers.exists():
            return []
        with self._bookkeeping() as connection:
            return [Reader(*row) for row in connection.execute("SELECT * FROM readers ORDER BY name")]

    def retire(self, now: int, keep: int = DAY, patience: int = 7 * DAY) -> list[Segment]:
        """Deletes old segments that every reader has passed, oldest first; never the newest.

        Args:
            now: UTC microseconds.
            keep: microseconds for which a segment is kept after its hour, read or not.
            patience: microseconds without moving after which a reader is no longer waited for: what it left unread
                is in the lake. The compaction is always waited for.

        Returns:
            The segments deleted.
        """
        found = segments.segments(self.folder)
        passed = self._passed(now - patience)
        gone = []
        for segment, following in pairwise(found):
            if following.first - 1 > passed or int(segment.ended.timestamp() * 1_000_000) + keep > now:
                break
            segments.remove(segment.path)
            gone.append(segment)
        segments.sweep(self.folder)
        return gone

    def _passed(self, since: int) -> int:
        """How far every reader that is waited for has come; the compaction is, whether it ever ran or not."""
        known = {reader.name: reader for reader in self.readers()}
        waited = [reader.position for reader in known.values() if reader.moved >= since]
        return min([known[COMPACTION].position if COMPACTION in known else 0, *waited])

    def _page(self, after: int, most: int) -> list[tuple[int, bytes | None]]:
        for segment in self._from(after):
            if page := segments.page(segment.path, after, most):
                return page
        return []

    def _from(self, after: int) -> list[Segment]:
        """The segments that may hold batches after an offset."""
        found = segments.segments(self.folder)
        passed = sum(segment.first <= after + 1 for segment in found)
        return found[max(0, passed - 1) :]

    @contextmanager
    def _bookkeeping(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._readers, isolation_level=None)) as connection:
                connection.executescript(f"PRAGMA busy_timeout={segments.BUSY_MS}; PRAGMA synchronous=FULL; {_READERS}")
                yield connection
        except sqlite3.Error as error:
            raise FootfallError(f"{self._readers} cannot be used ({error}); is the disk full or read-only?") from error


def _unpacked(offset: int, payload: bytes | None) -> pa.Table:
    try:
        return segments.unpack(payload)
    except pa.ArrowException as error:
        raise FootfallError(f"Batch {offset} of the event log is damaged ({error}).") from error
