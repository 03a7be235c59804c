"""The guard of a deployment as the dashboard sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from footfall.aws.incident_store import Incidents
from footfall.detect.blocklist import FORMS, READERS, Blocked, blocked
from footfall.incident import Alert
from footfall.ports import Deed


def now() -> int:
    """The time, UTC ms."""
    return time.time_ns() // 1_000_000


class Live:
    """One deployment's guard: see ``ports.LivePlane``.

    Args:
        table: name of the DynamoDB table of incidents.
        clock: the time, UTC ms: an address is shut out for a day after it was last found.
    """

    def __init__(self, table: str, clock: Callable[[], int] = now) -> None:
        self.store, self._clock = Incidents(table), clock

    def mark(self) -> object:
        """The number that every change counts up."""
        return self.store.mark()

    def alerts(self, incident: str) -> list[Alert]:
        """The alerts of an incident, oldest first."""
        return self.store.alerts(incident)

    def timeline(self, incident: str) -> list[Deed]:
        """What happened to an incident, in order."""
        return [Deed(at, who, what, incident, note) for at, what, who, note in self.store.timeline(incident)]

    def pulse(self) -> Sequence[tuple[int, int, int]]:
        """None: seconds are counted where events are, and nobody brings them here."""
        return []

    def blocked(self) -> int:
        """How many addresses are to be shut out now."""
        return len(self.blocks())

    def blocklist(self, form: str) -> str:
        """The addresses to shut out, in one of the forms."""
        return FORMS[form](self.blocks())

    def blocklist_forms(self) -> Mapping[str, str]:
        """The ending of each form's file, and who reads it."""
        return READERS

    def blocks(self) -> list[Blocked]:
        """The addresses to shut out now, and why."""
        return blocked(self.store.verdicts(), self._clock())

    def record(self, deed: Deed) -> None:
        """Keeps for good what somebody did."""
        self.store.record(deed)

    def trail(self, most: int) -> list[Deed]:
        """What people did, the latest first."""
        return self.store.deeds(most)
