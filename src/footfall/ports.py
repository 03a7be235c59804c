"""What a plane must supply: the interfaces that the rest of Footfall is written against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import pyarrow as pa

from footfall.guard_ports import Deed as Deed
from footfall.guard_ports import GuardChanges as GuardChanges
from footfall.guard_ports import IncidentStore as IncidentStore
from footfall.guard_ports import LivePlane as LivePlane
from footfall.guard_ports import Moment as Moment
from footfall.guard_ports import Note as Note
from footfall.guard_ports import Notifier as Notifier


class FootfallError(Exception):
    """Something a user can mend; the message is one sentence and says what to do next."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that was refused: where it stood, why, and the row itself.

    ``format`` and ``header`` say how to read it again: the format's name, and the line that names a CSV's columns;
    empty where the row tells that itself.
    """

    source: str
    line: int
    reason: str
    row: str
    format: str = ""
    header: str = ""


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


class BusyError(FootfallError):
    """More is waiting to be written than may wait; try again after ``retry_after`` seconds."""

    retry_after = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """Durable: the offset of the batch that holds a submission, how many of its events, how many dead letters."""

    offset: int
    events: int
    dead: int


class EventLog(Protocol):
    """Events in the order they arrived, in batches; an offset is the number of a batch, 0 before the first."""

    def read(self, after: int, limit: int | None = None) -> Iterator[tuple[int, pa.Table]]:
        """The batches after an offset, at most ``limit``, to the present end; columns without a value are left out."""

    def wait(self, after: int, timeout: float) -> bool:
        """Waits until there is a batch after an offset; False when ``timeout`` seconds passed without one."""

    def offset(self, reader: str) -> int:
        """How far a reader has come; 0 for one that is not known."""

    def commit(self, reader: str, offset: int) -> None:
        """Makes a reader known, and how far it has come durable; it never goes back."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What there is to show: its days, the time of its last event, and a mark that changes with any figure.

    Attributes:
        first: store-local.
        last: store-local.
        until: epoch ms.
        mark: the same while every answer is.
    """

    first: date
    last: date
    until: int
    mark: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """One import: when it ended, epoch ms; the file, or the log; what became of its rows."""

    at: int
    source: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Health:
    """How well what is shown is fed.

    Attributes:
        uncounted: days whose figures are older than their events.
        arrived: imports, the latest first.
        grade: the detector's marks as ``footfall grade --json`` gives them; empty where none were saved.
    """

    uncounted: int
    arrived: tuple[Arrived, ...]
    grade: Mapping[str, Any] = field(default_factory=dict)


class Plane(Protocol):
    """What people are shown, wherever it is kept; every call may come from any thread."""

    def extent(self) -> Extent:
        """What there is.

        Raises:
            FootfallError: there is nothing to show yet; the message says what to run.
        """

    def rows(self, name: str, since: date, until: date, population: str) -> pa.Table:
        """An answer over days, both inclusive, whole, as ``footfall export`` gives it.

        The chosen population's counts bear the plain name, the others end in ``_gross``, ``_known`` or ``_net``.

        Args:
            name: of the export.
            since: first day.
            until: last day.
            population: ``gross``, ``known`` or ``net``.
        """

    def exports(self) -> Mapping[str, str]:
        """What can be asked: name and title."""

    def letters(self) -> Iterator[DeadLetter]:
        """Rows that were refused, those of the latest import first."""

    def health(self) -> Health:
        """How well it is fed."""

    @property
    def live(self) -> LivePlane:
        """The guard, as people see it."""
