"""Where everything lies under FOOTFALL_HOME.

::

    FOOTFALL_HOME
    ├── footfall.toml                              settings (`footfall init` writes a commented one)
    ├── rules/NAME.sql                             rules of one's own
    ├── staging/                                   files waiting for `footfall ingest`; done/ holds those taken
    ├── lake/events/manifest.json                  names the one live file of each day
    ├── lake/events/event_date=2019-10-01/….parquet    one store-local day, sorted by visitor, session and time
    ├── lake/zone                                  the time zone in which days are cut
    ├── log/0000000000000001-2019-10-01T00.sqlite  the event log: batches as they arrived, a file an hour (UTC)
    ├── log/readers.db                             how far each reader of the log has come
    ├── incidents/guard.sqlite                     incidents, alerts, verdicts, what people did and are to be told
    ├── incidents/pulse.json                       people and bots of the last minutes, second by second
    ├── incidents/guard.prom                       the guard's figures, as Prometheus reads them
    ├── access.sqlite                              who may see the dashboard, their sessions, what they took away
    ├── marts/changes.jsonl                        figures that verdicts restated: day, old, new, why
    ├── marts/verdicts.json                        what each day's marts were made from, of verdicts
    ├── marts/NAME/manifest.json                   the same, for what is counted from a day
    ├── marts/NAME/day=2019-10-01/….parquet         (as_of=2019-10-31/….parquet where a mart is worked out as a whole)
    ├── dead_letters/….jsonl                       rows refused, each with its reason
    ├── imports.jsonl                              what became of the rows of every import
    ├── grade.json                                 the guard's marks, from `footfall grade`
    ├── spill/                                     what a query cannot hold in memory while it runs
    └── work/                                      unfinished writes; safe to delete when nothing runs

A file's name is the hash of its content: a day whose content did not change keeps its file, and nothing built from it
is built again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

EVENTS = "events"
EVENT_KEY = "event_date"
MART_KEY = "day"
STANDING_KEY = "as_of"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths under one home directory."""

    home: Path

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.home / "footfall.toml"

    @property
    def rules(self) -> Path:
        """The user's own rules."""
        return self.home / "rules"

    @property
    def staging(self) -> Path:
        """Files waiting to be ingested."""
        return self.home / "staging"

    @property
    def events(self) -> Path:
        """The lake's table of events."""
        return self.home / "lake" / EVENTS

    @property
    def zone(self) -> Path:
        """The time zone in which the lake's days are cut."""
        return self.home / "lake" / "zone"

    @property
    def log(self) -> Path:
        """The event log's segments, and how far its readers have come."""
        return self.home / "log"

    @property
    def dead_letters(self) -> Path:
        """Rows refused, with their reasons."""
        return self.home / "dead_letters"

    @property
    def arrived(self) -> Path:
        """The log of imports."""
        return self.home / "imports.jsonl"

    @property
    def grade(self) -> Path:
        """The guard's marks, as they were saved last."""
        return self.home / "grade.json"

    @property
    def work(self) -> Path:
        """Unfinished writes."""
        return self.home / "work"

    @property
    def spill(self) -> Path:
        """What a query holds that does not fit into memory."""
        return self.home / "spill"

    @property
    def incidents(self) -> Path:
        """The store of incidents, alerts and verdicts."""
        return self.home / "incidents" / "guard.sqlite"

    @property
    def pulse(self) -> Path:
        """People and bots of the last minutes."""
        return self.home / "incidents" / "pulse.json"

    @property
    def figures(self) -> Path:
        """The guard's figures."""
        return self.home / "incidents" / "guard.prom"

    @property
    def access(self) -> Path:
        """Who may see the dashboard, and what they did there."""
        return self.home / "access.sqlite"

    @property
    def marts(self) -> Path:
        """What is counted from the lake."""
        return self.home / "marts"

    @property
    def changes(self) -> Path:
        """The log of figures that verdicts restated."""
        return self.marts / "changes.jsonl"

    @property
    def judged(self) -> Path:
        """Which verdicts each day's marts were counted with."""
        return self.marts / "verdicts.json"

    def mart(self, name: str) -> Path:
        """The table of one mart."""
        return self.marts / name


def partition(key: str, day: date) -> str:
    """The folder of one day: ``event_date=2019-10-01``."""
    return f"{key}={day.isoformat()}"
