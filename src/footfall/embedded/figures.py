"""The guard's figures as Prometheus reads them, in a file that the collector shows at ``/metrics``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from footfall.detect.guard import Guard
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Severity
from footfall.ingest.collector.meter import counts, single
from footfall.layout import Layout

EVERY = 5_000
"""Milliseconds between two times that the figures are written down."""
SAID = """
SELECT rule, sum(n) AS n FROM (SELECT incident, count(*) AS n FROM alerts GROUP BY incident)
JOIN incidents ON incidents.id = incident WHERE NOT withdrawn GROUP BY rule
"""
GOING = """
SELECT severity, count(*) AS n FROM incidents
WHERE closed IS NULL AND NOT withdrawn AND resolved = '{}' GROUP BY severity
"""
NOTES = "SELECT state, count(*) AS n FROM outbox GROUP BY state"
MEMORY = Path("/proc/self/statm")


class Figures:
    """Replaces the file now and then; it is not made durable, for it is of no use later.

    Args:
        layout: the home.
        store: its incidents.
        rules: ids of the rules that are watched for.
    """

    def __init__(self, layout: Layout, store: EmbeddedIncidents, rules: Iterable[str]) -> None:
        self._path, self._store, self._rules, self._due = layout.figures, store, tuple(rules), 0
        self._kept: tuple[object, list[str]] = (None, [])

    def look(self, guard: Guard, now: int) -> None:
        """Writes the figures down when it is time; ``now`` is the wall clock, UTC ms."""
        if now < self._due:
            return
        self._due = now // EVERY * EVERY + EVERY
        draft = self._path.with_suffix(".draft")
        with suppress(OSError):  # a full disk must not end the watch
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text("\n".join([*_watched(guard, now), *self._recorded(), *_memory(), ""]))
            draft.replace(self._path)

    def _recorded(self) -> list[str]:
        """What the store holds, counted anew when it has changed."""
        version = self._store.version()
        if self._kept[0] != version:
            alerts = dict.fromkeys(self._rules, 0) | self._counted(SAID)
            going = dict.fromkeys(map(str, Severity), 0) | self._counted(GOING)
            notes = self._counted(NOTES)
            self._kept = (
                version,
                [
                    *counts("footfall_guard_alerts_total", "Alerts on record.", "counter", "rule", alerts),
                    *counts("footfall_guard_open_incidents", "Incidents that go on.", "gauge", "severity", going),
                    *counts("footfall_guard_notes", "What people are to be told.", "gauge", "state", notes),
                ],
            )
        return self._kept[1]

    def _counted(self, sql: str) -> dict[str, int]:
        return {str(key): int(count) for key, count in self._store.read(sql)}


def written(layout: Layout) -> str:
    """The figures as they were written last; nothing where no guard ever watched."""
    with suppress(OSError):
        return layout.figures.read_text()
    return ""


def _watched(guard: Guard, now: int) -> Iterator[str]:
    """What the guard saw, and how far it has come."""
    name = "footfall_guard"
    yield from single(f"{name}_events_total", "Events watched.", "counter", guard.seen)
    yield from single(f"{name}_late_events_total", "Events too late to be watched.", "counter", guard.late)
    yield from single(f"{name}_copies_total", "Events that came again.", "counter", guard.copies)
    yield from single(f"{name}_written_timestamp_seconds", "When these figures were written.", "gauge", now / 1000)
    if guard.watermark >= 0:
        known = guard.watermark / 1000
        yield from single(f"{name}_watermark_timestamp_seconds", "Until when all is judged.", "gauge", known)
        yield from single(f"{name}_lag_seconds", "How long ago that is.", "gauge", (now - guard.watermark) / 1000)


def _memory() -> Iterator[str]:
    """What the process holds, where the system tells it."""
    with suppress(OSError):
        pages = int(MEMORY.read_text().split()[1])
        resident = pages * os.sysconf("SC_PAGE_SIZE")
        yield from single("footfall_guard_resident_memory_bytes", "Memory of the guard.", "gauge", resident)
