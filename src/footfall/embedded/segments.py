"""Segments of the event log: SQLite files of whole batches, each named after its first batch and its hour."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from footfall.embedded.table import sync
from footfall.event import arrow_schema
from footfall.ports import DeadLetter, FootfallError

SUFFIX = ".sqlite"
BUSY_MS = 10_000
PAGE_BYTES = 16_384
_HOUR = "%Y-%m-%dT%H"
_SCHEMA = """
CREATE TABLE batches(
  sequence INTEGER PRIMARY KEY, first_received INTEGER, last_received INTEGER, events INTEGER NOT NULL, payload BLOB);
CREATE TABLE dead_letters(
  sequence INTEGER NOT NULL, source TEXT NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL, row TEXT NOT NULL);
CREATE INDEX dead_letters_of_a_batch ON dead_letters(sequence);
CREATE TABLE marks(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One file: the number of its first batch, its hour, its path."""

    first: int
    hour: str
    path: Path

    @property
    def ended(self) -> datetime:
        """The end of its hour."""
        return datetime.strptime(self.hour, _HOUR).replace(tzinfo=UTC) + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit writes."""

    sequence: int
    events: pa.Table
    letters: Sequence[DeadLetter]
    marks: Mapping[str, str]


def hour_of(moment: int) -> str:
    """The hour of a moment in UTC microseconds: ``2019-10-01T13``."""
    return datetime.fromtimestamp(moment // 1_000_000, UTC).strftime(_HOUR)


def segments(folder: Path) -> list[Segment]:
    """The segments of a log, oldest first."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix == SUFFIX)
    except FileNotFoundError:
        return []
    return [Segment(int(name[:16]), name[17 : -len(SUFFIX)], folder / name) for name in names]


def create(folder: Path, first: int, hour: str, marks: Mapping[str, str]) -> Segment:
    """Begins a segment: it is seen when it is whole, and holds every mark from its beginning."""
    path = folder / f"{first:016d}-{hour}{SUFFIX}"
    draft = path.with_suffix(".draft")
    for unfinished in folder.glob("*.draft*"):
        unfinished.unlink()
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA page_size={PAGE_BYTES}; PRAGMA journal_mode=WAL; {_SCHEMA}")
        connection.executemany("INSERT INTO marks VALUES (?, ?)", sorted(marks.items()))
    sync(draft)
    draft.replace(path)
    sync(folder)
    return Segment(first, hour, path)


def remove(path: Path) -> None:
    """Removes a segment with what SQLite keeps beside it."""
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        name.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Removes what SQLite kept beside segments that have gone."""
    for beside in folder.glob(f"*{SUFFIX}-*"):
        if not beside.with_name(beside.name.rpartition("-")[0]).exists():
            beside.unlink(missing_ok=True)


def connect(path: Path) -> sqlite3.Connection:
    """Opens a file that exists.

    Raises:
        sqlite3.OperationalError: it does not, or cannot be opened.
    """
    quoted = path.absolute().as_uri()
    connection = sqlite3.connect(f"{quoted}?mode=rw", uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def append(connection: sqlite3.Connection, batch: Batch, now: int) -> None:
    """Writes one batch; it is durable when this returns, and not there when this raises."""
    first, last = _received(batch.events, now)
    payload = pack(batch.events) if batch.events.num_rows else None
    letters = [(batch.sequence, _text(x.source), x.line, _text(x.reason), _text(x.row)) for x in batch.letters]
    connection.execute("BEGIN IMMEDIATE")
    try:
        row = (batch.sequence, first, last, batch.events.num_rows, payload)
        connection.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?)", row)
        connection.executemany("INSERT INTO dead_letters VALUES (?, ?, ?, ?, ?)", letters)
        connection.executemany("REPLACE INTO marks VALUES (?, ?)", sorted(batch.marks.items()))
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def page(path: Path, after: int, most: int) -> list[tuple[int, bytes | None]]:
    """Some batches after an offset, with their payloads; none when the file has gone."""
    return _asked(path, "SELECT sequence, payload FROM batches WHERE sequence > ? ORDER BY 1 LIMIT ?", after, most)


def letters(path: Path, after: int, until: int) -> list[DeadLetter]:
    """The dead letters of some batches, in their order."""
    columns = "source, line, reason, row"
    query = f"SELECT {columns} FROM dead_letters WHERE sequence > ? AND sequence <= ? ORDER BY sequence, rowid"
    return [DeadLetter(*row) for row in _asked(path, query, after, until)]


def end(segment: Segment) -> int:
    """The number of a segment's last batch; the one before its first while it is empty."""
    try:
        with reading(segment.path) as connection:
            return end_now(connection, segment)
    except FileNotFoundError:
        return segment.first - 1


def end_now(connection: sqlite3.Connection, segment: Segment) -> int:
    """The same over a connection that is kept."""
    (last,) = connection.execute("SELECT max(sequence) FROM batches").fetchone()
    return segment.first - 1 if last is None else int(last)


def marks(path: Path) -> dict[str, str]:
    """The marks of a segment."""
    return dict(_asked(path, "SELECT name, value FROM marks"))


def pack(events: pa.Table) -> pa.Buffer:
    """Events as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, events.schema, options=_OPTIONS) as stream:
        stream.write_table(events.combine_chunks())
    return sink.getvalue()


def unpack(payload: bytes | None) -> pa.Table:
    """The events of a payload."""
    return pa.ipc.open_stream(payload).read_all() if payload else arrow_schema().empty_table()


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Opens a segment for reading.

    Raises:
        FileNotFoundError: it has gone.
        FootfallError: it is damaged.
    """
    try:
        with closing(connect(path)) as connection:
            connection.execute("PRAGMA query_only=1")
            yield connection
    except sqlite3.Error as error:
        if not path.exists():
            raise FileNotFoundError(path) from error
        raise FootfallError(f"{path} cannot be read ({error}); `footfall doctor` says what to do.") from error


def _asked(path: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    try:
        with reading(path) as connection:
            return connection.execute(query, values).fetchall()
    except FileNotFoundError:
        return []


def _received(events: pa.Table, now: int) -> tuple[int, int]:
    if "received_at" not in events.column_names:
        return now, now
    bounds = pa.compute.min_max(events.column("received_at").cast(pa.int64())).as_py()
    return bounds["min"], bounds["max"]


def _text(value: str) -> str:
    return value if value.isascii() else value.encode("utf-8", "replace").decode()
