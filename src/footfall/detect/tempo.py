"""People and bots, second by second, while it happens: what the live chart shows, and no part of the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall import known_bots
from footfall.detect.verdicts import JUDGED
from footfall.incident import Alert, Severity

KEPT = 600
"""Seconds shown."""
FRESH, AGAIN = 10_000, 110_000
"""Milliseconds that are counted each time, and when somebody was found to be a bot; see ``recent.KEPT``."""
FORGET = 900_000
"""So long after it was last found a source counts as a bot, ms."""

_COLUMNS = {"ip": "ip", "session": "user_session", "visitor": "visitor", "actor": "actor", "agent": "user_agent"}


class Tempo:
    """Counts events by the second, split by who is under an alert or says that it is a bot."""

    def __init__(self) -> None:
        self._seconds: dict[int, tuple[int, int]] = {}
        self._bots: dict[str, dict[str, int]] = defaultdict(dict)
        self._since = FRESH

    def learn(self, alerts: Iterable[Alert]) -> None:
        """Takes alerts, early ones too: the sources that they name count as bots."""
        for alert in alerts:
            if alert.severity is not Severity.INFO:
                for subject in alert.members or (alert.subject,):
                    if subject.kind in JUDGED:
                        names = self._bots[subject.kind]
                        if subject.name not in names:
                            self._since = AGAIN
                        names[subject.name] = max(names.get(subject.name, 0), alert.last)

    def span(self, now: int) -> int:
        """Since when, UTC ms, ``count`` wants events; a whole second."""
        return (now - self._since) // 1_000 * 1_000

    def count(self, events: pa.Table, now: int) -> list[tuple[int, int, int]]:
        """Counts anew since ``span(now)``.

        Args:
            events: the relation's rows since then.
            now: UTC ms; what is said to happen later is left out.

        Returns:
            Each second up to the last whole one, oldest first: epoch seconds, events of people, events of bots.
        """
        first, last = self.span(now) // 1_000, now // 1_000
        seconds = events["event_time"].to_numpy() // 1_000 - first
        inside = (seconds >= 0) & (seconds < last - first)
        bots = self._of_bots(events)
        every = np.bincount(seconds[inside], minlength=last - first)
        found = np.bincount(seconds[inside & bots], minlength=last - first)
        for place, (whole, robots) in enumerate(zip(every.tolist(), found.tolist(), strict=True)):
            self._seconds[first + place] = (whole - robots, robots)
        self._forget(now)
        return [(at, *self._seconds.get(at, (0, 0))) for at in range(min(self._seconds, default=last), last)]

    def _of_bots(self, events: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        agents = pc.drop_null(pc.unique(events["user_agent"].cast(pa.string()))).to_pylist()
        bots = _named(events["user_agent"], known_bots.known_agents(agents))
        for kind, names in self._bots.items():
            bots = bots | _named(events[_COLUMNS[kind]], names)
        return bots

    def _forget(self, now: int) -> None:
        self._since = FRESH
        self._seconds = {at: counts for at, counts in self._seconds.items() if at >= now // 1_000 - KEPT}
        for kind, names in self._bots.items():
            self._bots[kind] = {name: last for name, last in names.items() if last > now - FORGET}


def _named(column: pa.ChunkedArray, names: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows hold one of some names."""
    found = pc.is_in(column.cast(pa.string()), pa.array(names, pa.string()))
    return np.asarray(found, dtype=np.bool_)
