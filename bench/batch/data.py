"""The file that every engine reads: a simulated store as REES46 publishes it, and the same cut before its last day."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from footfall.simulate.setting import Store
from footfall.simulate.write import write

PROBE = 400
"""Visitors a day of the small store that tells how many rows a visitor makes."""
PRODUCTS = 150_000
CATEGORIES = 120
DAY = 10
"""Characters of a line that are its day."""


@dataclass(frozen=True, slots=True)
class Csv:
    """A file of events in order of time: its path, its rows, its bytes, how many days it has."""

    path: Path
    rows: int
    bytes: int
    days: int


def made(folder: Path, rows: int, days: int) -> Csv:
    """A file of about so many rows over so many days; made once."""
    path = folder / f"rees46-{rows}x{days}.csv"
    if not path.exists():
        print(f"making {path.name} …", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        write(path, store(_visitors(folder, rows, days), days))
    return given(path)


def _visitors(folder: Path, rows: int, days: int) -> int:
    """How many visitors a day make so many rows."""
    probe = folder / "probe.csv"
    write(probe, store(PROBE, days))
    found = given(probe).rows
    for left in folder.glob(f"{probe.name}*"):
        left.unlink()
    return max(1, round(rows / found * PROBE))


def store(visitors: int, days: int) -> Store:
    """A store with a catalogue as wide as REES46's."""
    return Store(
        days=days,
        visitors=visitors,
        start=date(2019, 10, 1),
        zone="UTC",
        currency="USD",
        pages=False,
        processes=os.cpu_count() or 1,
        categories=CATEGORIES,
        products=PRODUCTS,
    )


def given(path: Path) -> Csv:
    """A file that is there: REES46's own, or one made before."""
    rows = -1
    with path.open("rb") as file:
        while block := file.read(1 << 24):
            rows += block.count(b"\n")
    first, last = (date.fromisoformat(_day_at(path, offset)) for offset in (0, path.stat().st_size - 4096))
    return Csv(path, rows, path.stat().st_size, (last - first).days + 1)


def _day_at(path: Path, offset: int) -> str:
    """The day of the first whole line after an offset; the header is no line."""
    with path.open("rb") as file:
        file.seek(max(0, offset))
        file.readline()
        return file.read(DAY).decode()


def cut_last_day(csv: Csv, folder: Path) -> tuple[Path, Path]:
    """The file without its last day, and that day, as two files with headers."""
    before, last = folder / f"{csv.path.stem}-before.csv", folder / f"{csv.path.stem}-last.csv"
    start = _start_of(csv, _day_at(csv.path, csv.bytes - 4096))
    with csv.path.open("rb") as source:
        header = source.readline()
        _copy(csv.path, len(header), start, before, header)
        _copy(csv.path, start, csv.bytes, last, header)
    return before, last


def _start_of(csv: Csv, day: str) -> int:
    """Where the first line of a day begins, by bisection: the file is in order of time."""
    low, high = 0, csv.bytes - 4096
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _day_at(csv.path, middle) >= day else (middle, high)
    with csv.path.open("rb") as file:
        file.seek(high)
        file.readline()
        return file.tell()


def _copy(source: Path, start: int, stop: int, target: Path, header: bytes) -> None:
    with source.open("rb") as reading, target.open("wb") as writing:
        writing.write(header)
        reading.seek(start)
        while start < stop:
            block = reading.read(min(1 << 24, stop - start))
            writing.write(block)
            start += len(block)
