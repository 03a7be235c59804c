"""The live chart's seconds, kept where the dashboard looks for them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from footfall.detect.tempo import Tempo
from footfall.incident import Alert
from footfall.layout import Layout

if TYPE_CHECKING:
    from footfall.detect.guard import Guard

EVERY = 1_000
"""Milliseconds between two times that the seconds are written down."""


class Told(msgspec.Struct, frozen=True):
    """The file: each of the last minutes' seconds, see ``ports.LivePlane.pulse``."""

    seconds: list[tuple[int, int, int]]


class TempoFile:
    """Counts what the guard saw and replaces the file; it is not made durable, for it is of no use later."""

    def __init__(self, layout: Layout) -> None:
        self._path, self._tempo, self._due = layout.pulse, Tempo(), 0

    def learn(self, alerts: Iterable[Alert]) -> None:
        """See ``Tempo.learn``."""
        self._tempo.learn(alerts)

    def look(self, guard: Guard, now: int) -> None:
        """Writes the seconds down when it is time; ``now`` is the wall clock, UTC ms."""
        if now < self._due:
            return
        self._due = now // EVERY * EVERY + EVERY
        seconds = self._tempo.count(guard.recent(self._tempo.span(now), now), now)
        draft = self._path.with_suffix(".draft")
        with suppress(OSError):  # a full disk must not end the watch
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(msgspec.json.encode(Told(seconds)))
            draft.replace(self._path)
