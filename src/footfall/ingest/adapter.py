"""What every format's adapter is made of: cutting a source into tasks, judging rows, keeping the refused ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import pyarrow as pa

from footfall.config import Store
from footfall.ingest.day import encode
from footfall.ingest.source import LONGEST_LINE, Block, Source, blocks
from footfall.ingest.validate import validate
from footfall.ports import DeadLetter


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows read and judged: how many there were, the good ones as events, the others with their reasons."""

    rows: int
    events: pa.Table
    letters: list[DeadLetter] = field(default_factory=list)


def unchanged(checked: Checked) -> Checked:
    """Rows as they are."""
    return checked


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of a source: work for any thread, the bytes behind it, what is left to do in the file's order."""

    run: Callable[[], Checked]
    position: int
    finish: Callable[[Checked], Checked] = unchanged


@dataclass(frozen=True, slots=True)
class Parsed:
    """Raw columns of some rows, where each stood, what it looked like, and the rows that could not be cut up at all.

    ``header`` is the line without which such rows cannot be read.
    """

    table: pa.Table
    lines: Sequence[int]
    text: Callable[[int], str]
    refused: Sequence[tuple[int, str, str]] = ()
    header: str = ""


class Adapter(Protocol):
    """A module under ``ingest/formats``; its file name is the format's name."""

    TITLE: str

    def sniff(self, head: bytes) -> bool:
        """Whether a file that begins so is in this format."""

    def tasks(self, source: Source, store: Store) -> Iterator[Task]:
        """Cuts a source into pieces of bounded size.

        Raises:
            FootfallError: the source as a whole cannot be read.
        """


Parser = Callable[[Block], Parsed]


def line_tasks(source: Source, parser: Parser) -> Iterator[Task]:
    """The tasks of a format whose rows are lines, prices in minor units."""
    with source.open() as (stream, raw):
        for block in blocks(stream, raw):
            yield block_task(source.name, parser, block)


def block_task(name: str, parser: Parser, block: Block, minor_digits: int | None = None) -> Task:
    """The task of one block of lines."""
    return Task(partial(_check_lines, name, parser, block, minor_digits), block.position)


def _check_lines(name: str, parser: Parser, block: Block, minor_digits: int | None) -> Checked:
    return check(name, _refused(block) if block.giant else parser(block), minor_digits)


def _refused(giant: Block) -> Parsed:
    reason = f"longer than {LONGEST_LINE:,} bytes; its beginning is kept"
    text = giant.data.rstrip(b"\n").decode("utf-8", "replace")
    return Parsed(pa.table({}), (), lambda _: text, [(giant.first_line, reason, text)])


def check(name: str, parsed: Parsed, minor_digits: int | None) -> Checked:
    """Judges parsed rows."""
    events, reasons = validate(parsed.table, minor_digits)
    refused = list(parsed.refused)
    if not reasons.good.all():
        bad = [int(row) for row in (~reasons.good).nonzero()[0]]
        refused += [(parsed.lines[row], reasons.of(row), parsed.text(row)) for row in bad]
    letters = [DeadLetter(name, line, reason, row, header=parsed.header) for line, reason, row in refused]
    return Checked(reasons.rows + len(parsed.refused), encode(events), letters)
