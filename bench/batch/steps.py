"""Steps of engines, run and believed only when they succeed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.batch import child, measure
from bench.batch.measure import Cost


class MissingError(Exception):
    """An engine that is not installed; the message names what is missing."""


class FailedError(Exception):
    """A step that went wrong; the message says how."""


class Task(Protocol):
    """What a step is given, such as a :class:`bench.batch.work.Job`."""

    def to_json(self) -> str:
        """The task as a command-line argument."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs steps; an engine may have an interpreter of its own. ``child`` is the module that does a step."""

    threads: int
    pythons: dict[str, str] = field(default_factory=dict)
    child: str = measure.CHILD
    quiet: tuple[str, ...] = ("about",)

    def run(self, module: str, step: str, job: Task) -> tuple[Cost, Any]:
        """What a step cost, and its result.

        Raises:
            MissingError: the engine is not installed.
            FailedError: the step ended with an error.
        """
        name = module.rpartition(".")[2]
        python = self.pythons.get(name, sys.executable)
        code, cost, result, said = measure.run(module, step, job.to_json(), self.threads, python, self.child)
        last = (said.strip().splitlines() or ["no word"])[-1]
        if code == child.MISSING:
            raise MissingError(last)
        if code:
            raise FailedError(f"{name} {step} ended with code {code}:\n{said.strip()[-3000:]}")
        if step not in self.quiet:
            print(f"  {name:12} {step:10} {cost.seconds:8.2f} s  {cost.cpu_seconds:8.2f} CPU-s", file=sys.stderr)
        return cost, json.loads(result)
