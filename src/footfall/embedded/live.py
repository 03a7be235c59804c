"""The guard of a home as the dashboard sees it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import attrgetter

import msgspec

from footfall.detect.blocklist import FORMS, READERS, Blocked
from footfall.embedded.access import EmbeddedAccess
from footfall.embedded.guard_exports import blocked
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.tempo import Told
from footfall.incident import Alert
from footfall.ports import Deed

PEOPLE = "SELECT at, who, what, incident, note FROM moments WHERE who <> '' ORDER BY at DESC LIMIT ?"


class EmbeddedLive:
    """One home's guard: see ``ports.LivePlane``."""

    def __init__(self, lake: EmbeddedLake) -> None:
        self._lake = lake
        self.store = EmbeddedIncidents(lake.layout)
        self._access = EmbeddedAccess(lake.layout)
        self._blocked: tuple[object, list[Blocked]] | None = None

    def mark(self) -> object:
        """SQLite's own count of what other connections changed, and of what this one did."""
        return self.store.version()

    def alerts(self, incident: str) -> list[Alert]:
        """The alerts of an incident, oldest first."""
        return self.store.alerts(incident)

    def timeline(self, incident: str) -> list[Deed]:
        """What happened to an incident, in order."""
        return [Deed(at, who, what, incident, note) for at, what, who, note in self.store.timeline(incident)]

    def pulse(self) -> Sequence[tuple[int, int, int]]:
        """Each of the last minutes' seconds; none where no sentry ever watched."""
        with suppress(FileNotFoundError, msgspec.DecodeError):
            return msgspec.json.decode(self._lake.layout.pulse.read_bytes(), type=Told).seconds
        return []

    def blocked(self) -> int:
        """How many addresses are to be shut out now."""
        return len(self._now_blocked())

    def blocklist(self, form: str) -> str:
        """The addresses to shut out, in one of the forms."""
        return FORMS[form](self._now_blocked())

    def blocklist_forms(self) -> Mapping[str, str]:
        """The ending of each form's file, and who reads it."""
        return READERS

    def record(self, deed: Deed) -> None:
        """Keeps for good what somebody did."""
        self._access.record(deed)

    def trail(self, most: int) -> list[Deed]:
        """What people did, the latest first."""
        acts = [Deed(*row) for row in self.store.read(PEOPLE, (most,))]
        both = sorted([*acts, *self._access.trail(most)], key=attrgetter("at"), reverse=True)
        return both[:most]

    def _now_blocked(self) -> list[Blocked]:
        """Worked out once for each state of the incidents."""
        with suppress(sqlite3.Error):
            mark = self.mark()
            if self._blocked is None or self._blocked[0] != mark:
                self._blocked = mark, blocked(self._lake)
        return self._blocked[1] if self._blocked else []
