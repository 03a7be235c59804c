"""A table of one Parquet file a day; a manifest names the live files, and swapping it is the commit."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from footfall.layout import MANIFEST, partition
from footfall.ports import DayFile, FootfallError

ROW_GROUP = 1 << 20
_DELTA = ("event_time", "received_at", "session_no", "at", "session")
_PLAIN = frozenset({"user_session", "user_id", "anon_id", "event_id", "order_id", "extra", "ip", "visitor", *_DELTA})


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished file of a day that is not live: where it lies, its rows, the nulls of its columns that hold values."""

    path: Path
    rows: int
    nulls: dict[str, int]


class Table:
    """A day-partitioned table under ``root``; readers see each commit whole or not at all."""

    def __init__(self, root: Path, key: str) -> None:
        self.root = root
        self.key = key

    def days(self) -> dict[date, DayFile]:
        """The live file of every day, in order of days."""
        try:
            content = (self.root / MANIFEST).read_bytes()
        except FileNotFoundError:
            return {}
        try:
            return dict(sorted(msgspec.json.decode(content, type=dict[date, DayFile]).items()))
        except msgspec.DecodeError as error:
            raise FootfallError(
                f"{self.root / MANIFEST} is damaged ({error}); `footfall doctor` says what to do."
            ) from error

    def path(self, file: DayFile) -> Path:
        """Where a live file lies."""
        return self.root / file.name

    def is_whole(self, file: DayFile) -> bool:
        """Whether a live file is there with the content that it is named after."""
        path = self.path(file)
        return path.is_file() and path.stat().st_size == file.bytes and _named(path.read_bytes()) == path.stem

    def place(self, draft: Draft, day: date, made_from: str = "") -> DayFile:
        """Moves a draft beside the live files, durably, under the name of its content."""
        content = draft.path.read_bytes()
        folder = self.root / partition(self.key, day)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{_named(content)}.parquet"
        sync(draft.path)
        draft.path.replace(target)
        sync(folder)
        return DayFile(str(target.relative_to(self.root)), draft.rows, len(content), draft.nulls, made_from)

    def commit(self, changed: Mapping[date, DayFile | None]) -> None:
        """Makes the files of the changed days live (None drops a day) and removes what they replace."""
        live = self.days()
        for day, file in changed.items():
            live.pop(day, None)
            if file:
                live[day] = file
        self.root.mkdir(parents=True, exist_ok=True)
        draft = self.root / f"{MANIFEST}.draft"
        draft.write_bytes(
            msgspec.json.format(msgspec.json.encode({day.isoformat(): live[day] for day in sorted(live)}))
        )
        sync(draft)
        draft.replace(self.root / MANIFEST)
        sync(self.root)
        self.sweep()

    def sweep(self) -> None:
        """Removes files that no manifest names: replaced ones, and those of a commit that never came."""
        live = {self.path(file) for file in self.days().values()}
        for path in self.root.glob(f"{self.key}=*/*.parquet"):
            if path not in live:
                path.unlink(missing_ok=True)
        for folder in self.root.glob(f"{self.key}=*"):
            if not any(folder.iterdir()):
                folder.rmdir()


def write(rows: pa.Table, path: Path) -> Draft:
    """Writes rows as a day is kept; the file is not live yet."""
    names = rows.column_names
    rows = pa.table(
        {name: _plain(column) if name in _PLAIN else column for name, column in zip(names, rows.columns, strict=True)}
    )
    pq.write_table(
        rows,
        path,
        compression="zstd",
        row_group_size=ROW_GROUP,
        store_schema=False,
        use_dictionary=[name for name in names if name not in _PLAIN],
        column_encoding={name: "DELTA_BINARY_PACKED" for name in names if name in _DELTA},
        write_statistics=[name for name in names if name in _DELTA],
    )
    nulls = {name: rows.column(name).null_count for name in names}
    return Draft(path, rows.num_rows, {name: count for name, count in nulls.items() if count < rows.num_rows})


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Lets one process write under a home at a time; another one waits."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _named(content: bytes) -> str:
    return blake2b(content, digest_size=8).hexdigest()


def sync(path: Path) -> None:
    """Makes a file's content, or a folder's names, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
