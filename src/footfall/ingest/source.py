"""Opening what a user points at: a plain, gzip or zip file or standard input, as blocks of whole lines."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np

from footfall.ports import FootfallError

BLOCK = 4 << 20
LONGEST_LINE = 1 << 20
"""A longer line is no event: its start goes to the dead letters."""
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines: their bytes, the number of the first one (from 1), how many, and how much of the file is read."""

    data: bytes
    first_line: int
    lines: int
    position: int

    @property
    def giant(self) -> bool:
        """Whether this is the beginning of a line that was too long."""
        return self.lines == 1 and len(self.data) > LONGEST_LINE


@dataclass(frozen=True, slots=True)
class Source:
    """A file to ingest."""

    path: str

    @property
    def name(self) -> str:
        """The file's name, for messages and dead letters."""
        return "standard input" if self.path == STDIN else Path(self.path).name

    @property
    def size(self) -> int | None:
        """Bytes on disk; None for standard input."""
        if self.path == STDIN:
            return None
        with self._raw() as raw:
            return os.fstat(raw.fileno()).st_size

    def head(self, length: int = 1 << 16) -> bytes:
        """The first bytes, inflated, for telling the format; standard input is not touched."""
        if self.path == STDIN:
            return b""
        with self.open() as (stream, _):
            return stream.read(length)

    @contextmanager
    def open(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """The inflated stream and the raw one (whose ``tell`` is the progress).

        Raises:
            FootfallError: missing, a directory, not readable, damaged or cut short.
        """
        try:
            with self._raw() as raw:
                yield _inflated(raw, self.name), raw
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise FootfallError(f"{self.name} is damaged or cut short ({error}); nothing of it was stored.") from error

    def _raw(self) -> IO[bytes]:
        if self.path == STDIN:
            return sys.stdin.buffer
        path = Path(self.path)
        try:
            if not path.is_dir() and not stat.S_ISREG(path.stat().st_mode):
                raise FootfallError(f"{self.path} is no regular file; pipe it in: footfall ingest - --format NAME")
            return path.open("rb", buffering=0)
        except FileNotFoundError as error:
            raise FootfallError(f"There is no file {self.path}.") from error
        except IsADirectoryError as error:
            raise FootfallError(f"{self.path} is a directory; name the files in it, as in {self.path}/*.") from error
        except PermissionError as error:
            raise FootfallError(f"{self.path} may not be read by this user.") from error


def _inflated(raw: IO[bytes], name: str) -> IO[bytes]:
    buffered = io.BufferedReader(raw, 1 << 20) if isinstance(raw, io.RawIOBase) else raw
    magic = buffered.peek(4)[:4] if isinstance(buffered, io.BufferedReader) else b""
    if magic[:2] == b"\x1f\x8b":
        return cast(IO[bytes], gzip.GzipFile(fileobj=buffered))
    if magic == b"PK\x03\x04":
        return _only_member(buffered, name)
    return buffered


def _only_member(buffered: IO[bytes], name: str) -> IO[bytes]:
    if not buffered.seekable():
        raise FootfallError(f"{name} is a zip file, which cannot be read from a pipe; name the file itself.")
    archive = zipfile.ZipFile(buffered)
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise FootfallError(f"{name} holds {len(members)} files; unpack it and name the ones to ingest.")
    try:
        return archive.open(members[0])
    except RuntimeError as error:
        raise FootfallError(f"{name} is encrypted, or packed in a way unknown here; unpack it first.") from error


def blocks(stream: IO[bytes], raw: IO[bytes], first_line: int = 1) -> Iterator[Block]:
    """Cuts a stream into blocks of whole lines; the last line need not end.

    A line of ``LONGEST_LINE`` or more is yielded alone, cut to that length, so that memory stays bounded.
    """
    line = first_line
    for whole in _whole(stream):
        for lines in _apart(whole):
            block = Block(lines, line, _count(lines), _position(raw))
            yield block
            line += block.lines


def _whole(stream: IO[bytes]) -> Iterator[bytes]:
    """What was read up to the end of a line, again and again; at last what is left."""
    rest = b""
    while chunk := stream.read(BLOCK):
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        if not end and len(data) > LONGEST_LINE:
            data, end = _skip_giant(data, stream)
        yield data[:end]
        rest = data[end:]
    yield rest


def _count(data: bytes) -> int:
    """Lines; the last need not end."""
    ends = int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord("\n")))
    return ends + (not data.endswith(b"\n"))


def _apart(data: bytes) -> Iterator[bytes]:
    """The lines of some data, all at once, but for giant ones: those alone and cut."""
    start = 0
    for begin, end in _giants(data):
        if begin > start:
            yield data[start:begin]
        yield data[begin : begin + LONGEST_LINE] + b"\n"
        start = end + 1
    if start < len(data):
        yield data[start:]


def _giants(data: bytes) -> Iterator[tuple[int, int]]:
    """Where giant lines begin and end: only around a stretch of half that length in which no line ends."""
    half, end = LONGEST_LINE // 2, 0
    for place in range(0, len(data) - half + 1, half):
        if place >= end and data.find(b"\n", place, place + half) < 0:
            begin, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
            end = len(data) if end < 0 else end
            if end - begin >= LONGEST_LINE:
                yield begin, end


def _skip_giant(data: bytes, stream: IO[bytes]) -> tuple[bytes, int]:
    """Reads past the end of a giant line; gives its start, ended, and what follows it."""
    while chunk := stream.read(BLOCK):
        if (end := chunk.find(b"\n")) >= 0:
            return data[:LONGEST_LINE] + b"\n" + chunk[end + 1 :], LONGEST_LINE + 1
    return data[:LONGEST_LINE] + b"\n", LONGEST_LINE + 1


def _position(raw: IO[bytes]) -> int:
    return raw.tell() if raw.seekable() else 0
