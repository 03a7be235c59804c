"""Following a web server's log as it grows: each line once, over rotation, truncation and restarts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from footfall.event import arrow_schema
from footfall.ingest.adapter import Parsed, Parser, check
from footfall.ingest.formats import access_log
from footfall.ingest.source import LONGEST_LINE, Block
from footfall.ports import DeadLetter

CHUNK = LONGEST_LINE
HEAD = 1024
"""Bytes at a file's beginning by which it is known again."""
GRACE = 2_000_000
"""Microseconds for which a server may go on writing into a file that was renamed."""
_ROTATED = r"[.-]\d[\d.-]*"


class Mark(msgspec.Struct, frozen=True):
    """How far a log has been read: in which file, known by inode and beginning, and up to where."""

    begun: int
    inode: int
    offset: int = 0
    line: int = 0
    head: str = ""
    head_size: int = 0
    modified: int = 0
    skipping: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """Some lines: the events they are, those refused, and the mark to keep durably together with them."""

    events: pa.Table
    letters: list[DeadLetter]
    mark: str


@dataclass
class Follower:
    """A log that is being followed.

    Attributes:
        path: the log as the server names it; rotated files lie beside it, as ``NAME.1`` or ``NAME-20240501``.
        clock: the time, UTC microseconds.
        mark: where to go on; None to begin with the present file's first line.
        parse: cuts a block of lines into columns.
    """

    path: Path
    clock: Callable[[], int]
    mark: Mark | None = None
    parse: Parser = access_log.parse
    _file: int | None = None
    _left_at: int | None = None
    _notes: list[DeadLetter] = field(default_factory=list)

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def poll(self) -> Followed | None:
        """The next whole lines; None when there are none at present."""
        with suppress(FileNotFoundError):
            return self._poll()
        return None

    def _poll(self) -> Followed | None:
        if self._file is None and not self._resume():
            return None
        assert self._file is not None
        assert self.mark is not None
        if not _continues(self._file, self.mark):
            self._leave_truncated()
            return self._poll()
        data = os.pread(self._file, CHUNK, self.mark.offset)
        end = data.rfind(b"\n") + 1
        if not end and len(data) == CHUNK:
            return self._skip_giant(data)
        if not end:
            return self._at_end(data)
        self._left_at = None
        return self._take(data[:end])

    def _take(self, data: bytes, added: int = 0) -> Followed:
        """Whole lines as events; the first is dropped where it is the end of a giant.

        Args:
            data: the lines.
            added: bytes at the end that are not in the file.
        """
        assert self.mark is not None
        if self.mark.skipping:
            end = data.index(b"\n") + 1
            self._advance(end, 1, skipping=False)
            data = data[end:]
        lines = data.count(b"\n")
        parsed = self.parse(Block(data, self.mark.line + 1, lines, 0)) if lines else Parsed(pa.table({}), (), str)
        checked = check(self.path.name, self._stamped(parsed, data), None)
        self._advance(len(data) - added, lines)
        return self._followed(checked.events, checked.letters)

    def _stamped(self, parsed: Parsed, data: bytes) -> Parsed:
        """Lines with the time they were read, and the place where they stand as the id: it tells like lines apart."""
        assert self.mark is not None
        if not parsed.table.num_rows:
            return parsed
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        starts = np.append(0, ends + 1)[np.asarray(parsed.lines) - self.mark.line - 1] + self.mark.offset
        stem = blake2b(f"{self.path} {self.mark.begun}".encode(), digest_size=5).hexdigest()
        kind = arrow_schema().field("received_at").type
        columns = dict(zip(parsed.table.column_names, parsed.table.columns, strict=True))
        columns["event_id"] = pa.array([f"{stem}-{start}" for start in starts])
        columns["received_at"] = pa.array(np.full(len(starts), self.clock())).cast(kind)
        return replace(parsed, table=pa.table(columns))

    def _skip_giant(self, data: bytes) -> Followed:
        """A line of which no end is in sight: its beginning goes to the dead letters, the rest is passed over."""
        assert self.mark is not None
        letters = []
        if not self.mark.skipping:
            reason = f"longer than {LONGEST_LINE:,} bytes; its beginning is kept"
            letters = [DeadLetter(self.path.name, self.mark.line + 1, reason, data.decode("utf-8", "replace"))]
        self._advance(len(data), 0, skipping=True)
        return self._followed(arrow_schema().empty_table(), letters)

    def _at_end(self, rest: bytes) -> Followed | None:
        """Nothing whole to read: the file is left once its name has gone to another for a while."""
        assert self._file is not None
        if not self._was_renamed():
            self._left_at = None
            return None
        self._left_at = self.clock() if self._left_at is None else self._left_at
        if self.clock() < self._left_at + GRACE:
            return None
        if rest:
            return self._take(rest + b"\n", 1)
        assert self.mark is not None
        following = _successors(self.path, _touched(self._file, self.mark))
        self._begin(following[0] if following else self.path)
        return self._poll()

    def _was_renamed(self) -> bool:
        assert self._file is not None
        try:
            return not os.path.samestat(os.fstat(self._file), self.path.stat())
        except FileNotFoundError:
            return False

    def _leave_truncated(self) -> None:
        """The file was cut: what was not read of it is in its copy, if one is there."""
        assert self.mark is not None
        copy = next((path for path in _rotated(self.path) if _is(path, self.mark)), None)
        if copy and self.mark.head_size:
            self._open(copy, msgspec.structs.replace(self.mark, inode=copy.stat().st_ino))
        else:
            self._begin(self.path)

    def _resume(self) -> bool:
        """Opens the file that was being read, wherever it lies now, or the next; False while there is none."""
        if self.mark is None:
            return self._begin(self.path)
        known = [path for path in (self.path, *_rotated(self.path)) if _is(path, self.mark)]
        known.sort(key=lambda path: path.stat().st_ino != self.mark.inode if self.mark else False)
        if known and (self.mark.head_size or known[0].stat().st_ino == self.mark.inode):
            return self._open(known[0], self.mark)
        following = _successors(self.path, self.mark)
        mark = self.mark
        if not self._begin(following[0] if following else self.path):
            return False
        if mark.offset:
            reason = "the file was gone before its end was surely read; later lines of it may be missing"
            self._notes.append(DeadLetter(self.path.name, mark.line + 1, reason, ""))
        return True

    def _begin(self, path: Path) -> bool:
        """Opens a file at its first line."""
        try:
            return self._open(path, Mark(self.clock(), path.stat().st_ino))
        except FileNotFoundError:
            self.close()
            return False

    def _open(self, path: Path, mark: Mark) -> bool:
        opened = os.open(path, os.O_RDONLY)
        self.close()
        self._file, self.mark, self._left_at = opened, mark, None
        return True

    def _advance(self, size: int, lines: int, skipping: bool = False) -> None:
        assert self._file is not None
        assert self.mark is not None
        offset = self.mark.offset + size
        head = os.pread(self._file, HEAD, 0)[:offset]
        self.mark = msgspec.structs.replace(
            _touched(self._file, self.mark),
            offset=offset,
            line=self.mark.line + lines,
            head=_digest(head),
            head_size=len(head),
            skipping=skipping,
        )

    def _followed(self, events: pa.Table, letters: list[DeadLetter]) -> Followed:
        notes, self._notes = self._notes, []
        return Followed(events, notes + letters, msgspec.json.encode(self.mark).decode())


def follow(path: Path, mark: str | None, clock: Callable[[], int], idle: Callable[[], bool]) -> Iterator[Followed]:
    """Follows a log for as long as ``idle``, called whenever there is nothing to read, waits a while and says yes.

    Args:
        path: the log.
        mark: the mark kept with the last lines; None to begin with the present file's first line.
        clock: the time, UTC microseconds.
        idle: waits, and says whether to go on.
    """
    follower = Follower(path, clock, msgspec.json.decode(mark, type=Mark) if mark else None)
    try:
        while (part := follower.poll()) or idle():
            if part:
                yield part
    finally:
        follower.close()


def _touched(file: int, mark: Mark) -> Mark:
    """The mark with the time at which an open file was last written."""
    return msgspec.structs.replace(mark, modified=os.fstat(file).st_mtime_ns)


def _digest(head: bytes) -> str:
    return blake2b(head, digest_size=8).hexdigest()


def _continues(file: int, mark: Mark) -> bool:
    """Whether an open file still begins as it did and has not become shorter."""
    size = os.fstat(file).st_size
    return size >= mark.offset and (not mark.head_size or _digest(os.pread(file, mark.head_size, 0)) == mark.head)


def _is(path: Path, mark: Mark) -> bool:
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return _continues(file, mark)
    finally:
        os.close(file)


def _rotated(path: Path) -> list[Path]:
    """Files rotated away from a name."""
    pattern = re.compile(re.escape(path.name) + _ROTATED)
    return sorted(beside for beside in path.parent.iterdir() if pattern.fullmatch(beside.name))


def _successors(path: Path, mark: Mark) -> list[Path]:
    """Rotated files written after one was left, oldest first."""
    times = {beside: beside.stat() for beside in _rotated(path)}
    later = [beside for beside, told in times.items() if told.st_mtime_ns > mark.modified and told.st_ino != mark.inode]
    return sorted(
        (beside for beside in later if not (mark.head_size and _is(beside, mark))), key=lambda p: times[p].st_mtime_ns
    )
