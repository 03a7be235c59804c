"""Steps of engines, run and believed only when they succeed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any

from bench.batch import child, measure
from bench.batch.measure import Cost
from bench.batch.work import Job


class MissingError(Exception):
    """An engine that is not installed; the message names what is missing."""


class FailedError(Exception):
    """A step that went wrong; the message says how."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs steps; an engine may have an interpreter of its own."""

    threads: int
    pythons: dict[str, str] = field(default_factory=dict)

    def run(self, module: str, step: str, job: Job) -> tuple[Cost, Any]:
        """What a step cost, and its result.

        Raises:
            MissingError: the engine is not installed.
            FailedError: the step ended with an error.
        """
        name = module.rpartition(".")[2]
        python = self.pythons.get(name, sys.executable)
        code, cost, result, said = measure.run(module, step, job.to_json(), self.threads, python)
        last = (said.strip().splitlines() or ["no word"])[-1]
        if code == child.MISSING:
            raise MissingError(last)
        if code:
            raise FailedError(f"{name} {step} ended with code {code}:\n{said.strip()[-3000:]}")
        if step != "about":
            print(f"  {name:12} {step:10} {cost.seconds:8.2f} s  {cost.cpu_seconds:8.2f} CPU-s", file=sys.stderr)
        return cost, json.loads(result)
