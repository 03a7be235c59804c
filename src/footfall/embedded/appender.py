"""The event log's writing side: one thread joins whatever waits, writes it as one batch, commits once."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import IO, Any

import pyarrow as pa

from footfall.embedded import segments
from footfall.embedded.event_log import SegmentedLog
from footfall.embedded.segments import Batch, Segment
from footfall.embedded.table import sync
from footfall.ingest.intake import Judged, Submission, judge
from footfall.layout import Layout
from footfall.ports import BusyError, DeadLetter, FootfallError, Receipt

Waiting = tuple[Submission, "Future[Receipt]"]


def now() -> int:
    """The time, UTC microseconds."""
    return time.time_ns() // 1000


class Appender:
    """The one writer of a log; threads and event loops share it.

    Args:
        layout: the home.
        clock: the time, UTC microseconds.
        most_rows: rows that may wait; beyond them submissions are refused.
        most_bytes: the same for the bytes that submitters say they handed in.
        at_once: rows of one commit, at least one submission.

    Raises:
        FootfallError: another process writes, or the newest segment is damaged.
    """

    def __init__(
        self,
        layout: Layout,
        clock: Callable[[], int] = now,
        most_rows: int = 100_000,
        most_bytes: int = 256 << 20,
        at_once: int = 20_000,
    ) -> None:
        self.log = SegmentedLog(layout)
        self.trouble = ""
        self._clock, self._most_rows, self._most_bytes, self._at_once = clock, most_rows, most_bytes, at_once
        self._lock_file = _lock(layout)
        self._connection: sqlite3.Connection | None = None
        self._segment: Segment | None = None
        self._begin()
        self._queue: deque[tuple[Waiting, int]] = deque()
        self._rows = self._bytes = 0
        self._closing = False
        self._ready = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="event log", daemon=True)
        self._thread.start()

    def _begin(self) -> None:
        try:
            self._recall()
        except BaseException:
            self._lock_file.close()
            raise

    def __enter__(self) -> Appender:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def waiting(self) -> int:
        """Rows that wait to be written."""
        return self._rows

    def mark(self, name: str) -> str | None:
        """How far a source has been read, as of the last commit."""
        return self._marks.get(name)

    def submit(
        self,
        rows: Sequence[Any] | pa.Table,
        *,
        letters: Sequence[DeadLetter] = (),
        source: str = "collector",
        received_at: int | None = None,
        marks: Mapping[str, str] | None = None,
        size: int = 0,
    ) -> Future[Receipt]:
        """Hands rows in; the future is done when they are durable, and fails when they are not.

        Args:
            rows: ``ingest.rows.Row`` or dicts of the event's fields, or a table of its columns.
            letters: rows already refused.
            source: whom dead letters name.
            received_at: UTC microseconds, for every row of a list; now unless said.
            marks: how far a source has been read, made durable together with the rows.
            size: bytes behind the rows, for back-pressure.

        Raises:
            BusyError: too much waits already.
            FootfallError: the log is closed.
        """
        stamp = self._clock() if received_at is None else received_at
        submission = Submission(rows, stamp, source, letters, marks or {})
        future: Future[Receipt] = Future()
        with self._ready:
            if self._closing:
                raise FootfallError("The event log is closed.")
            if self._queue and (
                self._rows + submission.size > self._most_rows or self._bytes + size > self._most_bytes
            ):
                raise BusyError("The event log has more to write than it can; try again in a second.")
            self._queue.append(((submission, future), size))
            self._rows += submission.size
            self._bytes += size
            if len(self._queue) == 1:
                self._ready.notify()
        return future

    def close(self) -> None:
        """Writes what waits, then stops."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()
        self._disconnect()
        self._lock_file.close()

    def _run(self) -> None:
        while group := self._take():
            running = [waiting for waiting in group if waiting[1].set_running_or_notify_cancel()]
            if running:
                self._write(running)

    def _take(self) -> list[Waiting]:
        """What waits, up to the rows of one commit; nothing when the log is closing and nothing waits."""
        group: list[Waiting] = []
        rows = 0
        with self._ready:
            while not self._queue and not self._closing:
                self._ready.wait()
            while self._queue and (not group or rows + self._queue[0][0][0].size <= self._at_once):
                waiting, size = self._queue.popleft()
                group.append(waiting)
                rows += waiting[0].size
                self._bytes -= size
            self._rows -= rows
        return group

    def _write(self, group: list[Waiting]) -> None:
        submissions = [submission for submission, _ in group]
        try:
            judged = judge(submissions)
            offset = self._append(judged, {name: value for each in submissions for name, value in each.marks.items()})
        except (sqlite3.Error, OSError) as error:
            self._disconnect()
            self.trouble = (
                f"The event log under {self.log.folder} takes nothing ({error}); it mends itself once it can."
            )
            _fail(group, FootfallError(self.trouble))
        except Exception as error:
            if len(group) == 1:
                _fail(group, error)
            for waiting in group if len(group) > 1 else ():
                self._write([waiting])
        else:
            self.trouble = ""
            for (submission, future), refused in zip(group, judged.letters, strict=True):
                kept = submission.size + len(submission.letters) - len(refused)
                future.set_result(Receipt(offset, kept, len(refused)))

    def _append(self, judged: Judged, marks: dict[str, str]) -> int:
        letters = [letter for letters in judged.letters for letter in letters]
        if not (judged.events.num_rows or letters or marks):
            return self._end
        moment = self._clock()
        connection = self._connected(segments.hour_of(moment))
        segments.append(connection, Batch(self._end + 1, judged.events, letters, marks), moment)
        self._end += 1
        self._marks |= marks
        return self._end

    def _connected(self, hour: str) -> sqlite3.Connection:
        """The segment of an hour, begun when the hour is; a clock put back goes on in the newest."""
        if self._segment and hour > self._segment.hour:
            self._disconnect()
            self._segment = None
        if not self._segment:
            self._segment = segments.create(self.log.folder, self._end + 1, hour, self._marks)
        if not self._connection:
            self._connection = segments.connect(self._segment.path)
            self._recall()
        return self._connection

    def _recall(self) -> None:
        """Learns from the newest segment where the log ends; readers may be further where segments were lost."""
        found = segments.segments(self.log.folder)
        self._segment = found[-1] if found else None
        self._marks = segments.marks(self._segment.path) if self._segment else {}
        furthest = max((reader.position for reader in self.log.readers()), default=0)
        self._end = max(segments.end(self._segment) if self._segment else 0, furthest)

    def _disconnect(self) -> None:
        if self._connection:
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _fail(group: list[Waiting], error: Exception) -> None:
    for _, future in group:
        future.set_exception(error)


def _lock(layout: Layout) -> IO[str]:
    """Keeps other writers out for as long as the file is open."""
    layout.log.mkdir(parents=True, exist_ok=True)
    for folder in (layout.home, layout.home.parent):
        sync(folder)
    lock = (layout.log / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise FootfallError(f"Another process writes the event log under {layout.home}; stop it first.") from error
    return lock
