"""Everything one run of the benchmark found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bench.batch import measure
from bench.batch.measure import Cost
from bench.batch.results import machine
from bench.stream.contest import Contest, Entry
from bench.stream.data import Stream


@dataclass
class Results:
    """Findings, each part empty when it was not asked for.

    Attributes:
        stream: what was read.
        command: how the benchmark was called.
        threads: threads that each engine may use.
        rounds: how often everything ran.
        contest: the engines side by side.
        limits: bare parses by title.
        guard: every shipped rule at once: its runs, and what it found.
        latency: the paced run, and the pace in events a second.
        keys: memory for each live key.
        restart: a snapshot, and going on from it.
        collector: batches of real clients, acknowledged.
        left_out: what of Footfall's own could not be measured, and why.
    """

    stream: Stream
    command: str
    threads: int
    rounds: int
    contest: Contest = field(default_factory=Contest)
    limits: dict[str, list[Cost]] = field(default_factory=dict)
    guard: list[Cost] = field(default_factory=list)
    guarded: dict[str, Any] = field(default_factory=dict)
    latency: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    restart: dict[str, Any] = field(default_factory=dict)
    collector: list[dict[str, Any]] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def own(self) -> Entry | None:
        """Footfall's own entry on the whole stream."""
        return self.contest.own(self.stream)

    @property
    def elsewhere(self) -> list[float]:
        """How many cores other processes kept busy during each run that was timed; never empty."""
        costs = [cost for entry in self.contest.entries for cost in entry.costs]
        costs += [cost for runs in (*self.limits.values(), self.guard) for cost in runs]
        return [cost.elsewhere for cost in costs] or [0.0]

    @property
    def failures(self) -> list[str]:
        """What went wrong; an engine that cannot be equal is told, and only Footfall's own difference is a failure."""
        own = [entry for entry in self.contest.entries if entry.name == "footfall" and not entry.worst.equal]
        wrong = [f"footfall: {entry.worst}: {entry.worst.example}" for entry in own]
        if self.restart and not self.restart["same"]:
            wrong.append("footfall: after a restart it says something else")
        return [*wrong, *(f"{name}: {why}" for name, why in (self.contest.failed | self.left_out).items())]


def document(results: Results) -> dict[str, Any]:
    """Everything as JSON."""
    stream = results.stream
    return {
        "command": results.command,
        "machine": machine(),
        "stream": {"events": stream.events, "bytes": stream.bytes, "events_per_second": stream.rate},
        "threads": results.threads,
        "rounds": results.rounds,
        "elsewhere": results.elsewhere,
        "engines": [_entry(entry, results) for entry in results.contest.entries],
        "missing": results.contest.missing,
        "limits": {title: [cost.to_dict() for cost in costs] for title, costs in results.limits.items()},
        "guard": {**results.guarded, "runs": [cost.to_dict() for cost in results.guard]},
        "latency": results.latency,
        "keys": results.keys,
        "restart": results.restart,
        "collector": results.collector,
        "failures": results.failures,
    }


def _entry(entry: Entry, results: Results) -> dict[str, Any]:
    worst, own = entry.worst, results.contest.own(entry.stream)
    ratio = own.best.seconds / entry.best.seconds if own else None
    return {
        "name": entry.name,
        **{name: entry.about[name] for name in ("title", "version", "choices")},
        "events": entry.stream.events,
        "events_per_second": entry.rate,
        "of_footfall": ratio,
        "best": entry.best.to_dict(),
        "noise": measure.spread(entry.costs),
        "rows": worst.rows,
        "missing": worst.missing,
        "wrong": worst.wrong,
        "example": worst.example,
    }
