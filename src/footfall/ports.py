"""What a plane must supply: the interfaces that the rest of Footfall is written against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import pyarrow as pa

from footfall.incident import Alert, Incident, Verdict


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


@dataclass(frozen=True, slots=True)
class Note:
    """What people are told of an incident: once when it opens, escalates, closes, or turns out to be nothing.

    Attributes:
        incident: its id.
        what: opened, escalated, closed or withdrawn.
        at: event time, ms.
        severity: as it is then.
        title: one sentence.
        body: what else there is to say, plain text.
    """

    incident: str
    what: str
    at: int
    severity: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class GuardChanges:
    """What one step of the guard brings: kept whole or not at all.

    Attributes:
        alerts: as they are now, each with the id of its incident.
        incidents: as they are now.
        verdicts: as they are now.
        events: (incident, what, at) for the timeline.
        notes: what people are to be told.
        states: snapshots of the guard's parts by name, kept together with what they led to.
    """

    alerts: tuple[tuple[str, Alert], ...] = ()
    incidents: tuple[Incident, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    events: tuple[tuple[str, str, int], ...] = ()
    notes: tuple[Note, ...] = ()
    states: Mapping[str, bytes] = field(default_factory=dict)


class IncidentStore(Protocol):
    """Incidents with their alerts, verdicts and what people did; every change is whole, twice is once."""

    def apply(self, changes: GuardChanges) -> None:
        """Keeps one step of the guard; what people did stays."""

    def state(self, name: str) -> bytes | None:
        """The snapshot kept last under a name."""

    def incident(self, key: str) -> Incident:
        """One incident by its id or the beginning of it.

        Raises:
            FootfallError: there is none, or more than one.
        """

    def incidents(self, *, going: bool = False, rule: str | None = None, since: int | None = None) -> list[Incident]:
        """Incidents, the latest first: all, or those that go on, of one rule, updated since."""

    def verdicts(self, *, standing: bool = True, incident: str | None = None) -> list[Verdict]:
        """Verdicts, oldest first: those that were not withdrawn unless told otherwise."""

    def acknowledge(self, key: str, who: str, when: int, note: str) -> Incident:
        """Somebody looks after it."""

    def mute(self, key: str, who: str, when: int, until: int, note: str) -> Incident:
        """No notification of its rule and kind of subject before ``until``."""

    def resolve(self, key: str, who: str, when: int, note: str, mistaken: bool) -> Incident:
        """A person closes it; where it was mistaken its verdicts are withdrawn."""


class Notifier(Protocol):
    """Tells people: each note reaches every channel at least once, however long a channel is down."""

    def deliver(self, now: int) -> int:
        """Sends what is due; gives how many notes still wait."""


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

    @property
    def live(self) -> LivePlane:
        """The guard, as people see it."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to what: at, ms; ``who`` is empty where it was the guard."""

    at: int
    who: str
    what: str
    about: str = ""
    note: str = ""


class LivePlane(Protocol):
    """The guard as people see it, wherever it runs; every call may come from any thread."""

    @property
    def store(self) -> IncidentStore:
        """The incidents."""

    def mark(self) -> object:
        """Changes whenever anything of an incident does; cheap enough to be asked five times a second."""

    def alerts(self, incident: str) -> list[Alert]:
        """The alerts of an incident, oldest first."""

    def timeline(self, incident: str) -> list[Deed]:
        """What happened to an incident, in order."""

    def pulse(self) -> Sequence[tuple[int, int, int]]:
        """Each of the last minutes' seconds, oldest first: epoch seconds, events of people, events of bots."""

    def blocked(self) -> int:
        """How many addresses are to be shut out now."""

    def blocklist(self, form: str) -> str:
        """Them, in one of the forms of ``blocklist_forms``."""

    def blocklist_forms(self) -> Mapping[str, str]:
        """The ending of each form's file, and who reads it."""

    def record(self, deed: Deed) -> None:
        """Keeps for good what somebody did; durable when it returns."""

    def trail(self, most: int) -> list[Deed]:
        """What people did, the latest first: to incidents, and what was recorded."""
