"""What a plane must supply: the interfaces that the rest of Footfall is written against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import pyarrow as pa


class FootfallError(Exception):
    """Something a user can mend; the message is one sentence and says what to do next."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that was refused: where it stood, why, and the row itself."""

    source: str
    line: int
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of an import; ``rows`` = ``stored`` + ``duplicates`` + ``dead``."""

    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    dead: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows + other.rows,
            self.stored + other.stored,
            self.duplicates + other.duplicates,
            self.dead + other.dead,
        )


@dataclass(frozen=True, slots=True)
class DayFile:
    """The live file of one day: its name below the table, rows, bytes, nulls, and what it was made from.

    ``nulls`` counts the nulls of each column that holds any value; a column not in it is empty.
    """

    name: str
    rows: int
    bytes: int
    nulls: dict[str, int] = field(default_factory=dict)
    made_from: str = ""


class LakeWriter(Protocol):
    """One import: everything added becomes visible at once by ``commit``, or never."""

    def add(self, events: pa.Table) -> None:
        """Takes typed events of any days, in any order; memory is bounded by writing days out."""

    def refuse(self, letters: Iterable[DeadLetter]) -> None:
        """Takes rows that were refused."""

    def commit(self) -> Counts:
        """Makes every day visible and durable, and says what became of the rows."""


class Lake(Protocol):
    """The table of events, by store-local day."""

    def writer(self) -> LakeWriter:
        """Begins an import."""

    def days(self) -> Mapping[date, DayFile]:
        """The live file of every day."""

    def read(self, day: date, columns: list[str]) -> pa.Table:
        """Some columns of one day, in the lake's order; no rows where the day does not exist."""
