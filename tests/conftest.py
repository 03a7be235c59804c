"""Homes that many tests need: a folder with settings, files brought into it, and all that lies there read back."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings

from footfall.config import Engine, Settings, Store
from footfall.embedded import run
from footfall.embedded.build import Report, build
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.marts import mart
from footfall.ingest.source import Source
from footfall.ports import Counts

Row = dict[str, Any]
NEW_HOME = Callable[..., "Home"]

settings.register_profile(
    "footfall",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("footfall")

QUICK = Path("/dev/shm")
"""Where homes are made and dropped: in memory, for every commit waits for the disk several times."""


@dataclass
class Home:
    """A home directory, and what users and tests do with it."""

    path: Path
    settings: Settings = field(default_factory=Settings)
    _names: Iterator[int] = field(default_factory=count)

    @property
    def lake(self) -> EmbeddedLake:
        """The lake, opened anew as every command does."""
        return run.open_lake(self.path, self.settings)

    def file(self, content: bytes, name: str | None = None) -> Path:
        """A file of some content, beside the home."""
        path = self.path.parent / (name or f"{self.path.name}-{next(self._names)}")
        path.write_bytes(content)
        return path

    def take(self, content: bytes, form: str | None = None, name: str = "events") -> Counts:
        """Ingests a file of some content; its name is what dead letters say."""
        return self.ingest(self.file(content, name), form)

    def ingest(self, path: Path | str, form: str | None = None) -> Counts:
        """Ingests a file."""
        return run.ingest_source(self.lake, Source(str(path)), form, lambda _rows, _position: None)

    def build(self, *only: str) -> Report:
        """Brings the marts up to date; only some, which is quicker, where those are named."""
        return build(self.lake, wanted=only or None)

    def manifest(self) -> bytes:
        """The lake's manifest: names are hashes, so that equal manifests are equal lakes."""
        path = self.lake.table.root / "manifest.json"
        return path.read_bytes() if path.exists() else b""

    def days(self) -> dict[date, list[Row]]:
        """Every row of the lake, by day, in the lake's order, read without Footfall."""
        table = self.lake.table
        return {
            day: pq.read_table(table.path(file), partitioning=None).to_pylist() for day, file in table.days().items()
        }

    def rows(self) -> list[Row]:
        """Every row of the lake, in order."""
        return [row for rows in self.days().values() for row in rows]

    def letters(self) -> list[Row]:
        """Every dead letter."""
        files = sorted((self.path / "dead_letters").glob("*"))
        return [json.loads(line) for file in files for line in file.read_text("utf-8").split("\n") if line]

    def marts(self) -> dict[str, list[tuple[date, Row]]]:
        """Every row of every mart, with its day, in an order that does not matter."""
        return {path.name: self.mart(path.name) for path in sorted((self.path / "marts").glob("*")) if path.is_dir()}

    def mart(self, name: str) -> list[tuple[date, Row]]:
        """The rows of one mart, with their days."""
        table = mart(self.lake.layout, name)
        read = {
            day: pq.read_table(table.path(file), partitioning=None).to_pylist() for day, file in table.days().items()
        }
        return sorted(((day, row) for day, rows in read.items() for row in rows), key=repr)

    def files(self) -> dict[str, bytes]:
        """Every file below the home, whole."""
        paths = sorted(path for path in self.path.rglob("*") if path.is_file())
        return {str(path.relative_to(self.path)): path.read_bytes() for path in paths}


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="footfall-", dir=QUICK if QUICK.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def temporary_home(
    timezone: str = "UTC", currency: str = "USD", threads: int = 1, memory_mb: int = 512
) -> Iterator[Home]:
    """A home of its own, for laws over many examples."""
    with temporary_folder() as folder:
        yield Home(folder / "home", Settings(Store("Test", timezone, currency), Engine(threads, memory_mb)))


@pytest.fixture
def new_home() -> Iterator[NEW_HOME]:
    """Makes homes, each of its own, with the options of ``temporary_home``."""
    with ExitStack() as homes:
        yield lambda **options: homes.enter_context(temporary_home(**options))


@pytest.fixture
def home(new_home: NEW_HOME) -> Home:
    """A home in UTC."""
    return new_home()


def event(time: str | datetime, kind: str = "view", **fields: Any) -> Row:
    """An event as a JSON line has it: a product of user ``u`` in session ``s`` unless said otherwise."""
    moment = time if isinstance(time, str) else time.astimezone(UTC).isoformat()
    row = {"event_time": moment, "event_type": kind, "product_id": "p", "user_id": "u", "user_session": "s", **fields}
    return {key: value for key, value in row.items() if value is not None}


def jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Events as JSON lines."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def rees46(rows: Sequence[Sequence[str]], header: str = "") -> bytes:
    """Cells as a CSV file with REES46's nine columns, or others."""
    names = header or "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
    return "\n".join([names, *(",".join(cells) for cells in rows), ""]).encode()
