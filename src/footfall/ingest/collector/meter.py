"""The collector's figures, as Prometheus reads them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Meter:
    """Counts since the start; only the event loop's thread writes here."""

    events: Counter[str] = field(default_factory=Counter)
    """Events made durable, by dialect."""
    letters: Counter[str] = field(default_factory=Counter)
    """Events refused into the dead letters, by dialect."""
    requests: Counter[int] = field(default_factory=Counter)
    """Answers, by status."""
    refused: Counter[str] = field(default_factory=Counter)
    """Requests refused, by reason."""
    waiting: int = 0
    """Requests whose events are on their way to the disk."""
    held: int = 0
    """Bytes of those requests."""
    commits: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    commit_seconds: float = 0.0

    def committed(self, seconds: float) -> None:
        """Counts one request made durable after so long."""
        self.commits[bisect_left(BOUNDS, seconds)] += 1
        self.commit_seconds += seconds

    def text(self) -> str:
        """Everything in Prometheus' text format."""
        name = "footfall_collector"
        lines = [
            *counts(f"{name}_events_total", "Events made durable.", "counter", "dialect", self.events),
            *counts(f"{name}_dead_letters_total", "Events refused.", "counter", "dialect", self.letters),
            *counts(f"{name}_requests_total", "Answers given.", "counter", "status", self.requests),
            *counts(f"{name}_refused_total", "Requests refused.", "counter", "reason", self.refused),
            *single(f"{name}_waiting_requests", "Requests waiting for the disk.", "gauge", self.waiting),
            *single(f"{name}_waiting_bytes", "Bytes of those requests.", "gauge", self.held),
            *self._histogram(f"{name}_commit_seconds"),
        ]
        return "\n".join([*lines, ""])

    def _histogram(self, name: str) -> list[str]:
        lines, total = _told(name, "From a request's last byte to its events on disk.", "histogram"), 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self.commits, strict=True):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        return [*lines, f"{name}_sum {self.commit_seconds:.6f}", f"{name}_count {total}"]


def _told(name: str, meaning: str, kind: str) -> list[str]:
    return [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]


def counts(name: str, meaning: str, kind: str, label: str, values: Mapping[Any, int]) -> list[str]:
    """One figure for each value of a label, in their order."""
    found = sorted((str(key), value) for key, value in values.items())
    return [*_told(name, meaning, kind), *(f'{name}{{{label}="{key}"}} {value}' for key, value in found)]


def single(name: str, meaning: str, kind: str, value: float) -> list[str]:
    """One figure."""
    return [*_told(name, meaning, kind), f"{name} {value}"]
