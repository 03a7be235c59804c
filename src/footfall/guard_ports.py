"""What a plane must supply for the guard: incidents kept, people told, both shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from footfall.incident import Alert, Incident, Verdict


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


class Moment(NamedTuple):
    """What happened to an incident: when, what, who did it ('' for the guard), what they said."""

    at: int
    what: str
    who: str
    note: str


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
