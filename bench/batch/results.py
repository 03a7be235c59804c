"""Everything one run of the benchmark found."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.batch import measure
from bench.batch.contest import Contest, Entry
from bench.batch.data import Csv
from bench.batch.measure import Cost


@dataclass
class Results:
    """Findings, each part empty when it was not asked for.

    Attributes:
        csv: the file that was read.
        command: how the benchmark was called.
        threads: threads that each engine may use.
        rounds: how often everything ran.
        contest: the engines side by side.
        limits: bare parsers: title, and the cost of each run.
        builds: Footfall's full build of all marts.
        later: one more day, by step.
        questions: milliseconds of each question from marts, its rows, what went wrong.
        ranges: first day of 30, milliseconds, distinct visitors.
    """

    csv: Csv
    command: str
    threads: int
    rounds: int
    contest: Contest = field(default_factory=Contest)
    limits: dict[str, list[Cost]] = field(default_factory=dict)
    builds: list[Cost] = field(default_factory=list)
    later: dict[str, list[Cost]] = field(default_factory=dict)
    questions: dict[str, list[Any]] = field(default_factory=dict)
    ranges: list[list[Any]] = field(default_factory=list)

    @property
    def own(self) -> Entry | None:
        """Footfall's own entry."""
        return self.contest.entries.get("footfall")

    @property
    def limit(self) -> tuple[str, Cost] | None:
        """The fastest bare parse of the file."""
        best = {title: measure.best(costs) for title, costs in self.limits.items()}
        return min(best.items(), key=lambda pair: pair[1].seconds) if best else None

    @property
    def later_share(self) -> float | None:
        """One more day's import and build as a share of everything's."""
        if not (self.own and self.builds and self.later):
            return None
        whole = self.own.best("load").seconds + measure.best(self.builds).seconds
        return sum(measure.best(costs).seconds for costs in self.later.values()) / whole

    @property
    def elsewhere(self) -> list[float]:
        """How many cores other processes kept busy during each run that was timed; never empty."""
        costs = [cost for entry in self.contest.entries.values() for runs in entry.costs.values() for cost in runs]
        costs += [cost for runs in (*self.limits.values(), *self.later.values(), self.builds) for cost in runs]
        return [cost.elsewhere for cost in costs] or [0.0]

    @property
    def failures(self) -> list[str]:
        """What went wrong without ending the run."""
        return [f"{name}: {error}" for name, (_, _, error) in self.questions.items() if error]


def machine() -> str:
    """The machine in a line."""
    memory = psutil.virtual_memory().total / 2**30
    system = f"Linux {platform.release()}, Python {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {system}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def document(results: Results) -> dict[str, Any]:
    """Everything as JSON."""
    limit = results.limit
    return {
        "command": results.command,
        "machine": machine(),
        "csv": {"rows": results.csv.rows, "bytes": results.csv.bytes, "days": results.csv.days},
        "threads": results.threads,
        "rounds": results.rounds,
        "elsewhere": results.elsewhere,
        "engines": {name: _entry(entry, results) for name, entry in results.contest.entries.items()},
        "missing": results.contest.missing,
        "rows_agreed": results.contest.rows,
        "limits": {title: [cost.to_dict() for cost in costs] for title, costs in results.limits.items()},
        "import_by_limit": results.own.best("load").seconds / limit[1].seconds if results.own and limit else None,
        "build": [cost.to_dict() for cost in results.builds],
        "later": {step: [cost.to_dict() for cost in costs] for step, costs in results.later.items()},
        "later_share": results.later_share,
        "questions": {
            name: {"first_ms": timings[0], "ms": timings[1:], "rows": rows} if timings else {"error": error}
            for name, (timings, rows, error) in results.questions.items()
        },
        "ranges": [{"since": day, "ms": ms, "visitors": found} for day, ms, found in results.ranges],
        "failures": results.failures,
    }


def _entry(entry: Entry, results: Results) -> dict[str, Any]:
    return {
        **entry.about,
        "import": entry.best("load").to_dict(),
        "questions": entry.best("answer").to_dict(),
        "total": entry.total.to_dict(),
        "runs": {step: [cost.to_dict() for cost in costs] for step, costs in entry.costs.items()},
        "lake_bytes": entry.lake_bytes,
        "lake_share": entry.lake_bytes / results.csv.bytes,
        "noise": entry.noise,
    }
