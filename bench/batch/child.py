"""One step of one engine in a process of its own: ``python -m bench.batch.child MODULE STEP JOB OUTPUT``.

Only the standard library is needed besides the engine itself, so that an engine may live in another environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.metadata import requires, version
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.batch.work import Job

MISSING = 3
"""The exit code of an engine that is not installed."""
OURS = frozenset({"bench", "footfall"})
"""What is never merely not installed."""


def about(engine: ModuleType) -> dict[str, str]:
    """What an engine is called, its version, and how it was written."""
    made_by = {"version": version(engine.DISTRIBUTION)}
    return {"title": engine.TITLE, "choices": " ".join((engine.__doc__ or "").split()), **made_by}


def hide_strangers(distribution: str) -> None:
    """Makes pandas look absent, as where only this engine is installed: Arrow spends most of a second on loading it."""
    needed = [need for need in requires(distribution) or [] if "extra ==" not in need]
    if not any(need.startswith("pandas") for need in needed):
        sys.meta_path.insert(0, _NoPandas())


class _NoPandas(MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is hidden", name=name)


def main(module: str, step: str, job: str, output: str) -> int:
    """Does a step of this benchmark."""
    return do(module, step, Job.from_json(job), output)


def do(module: str, step: str, todo: Any, output: str, introduce: Callable[[ModuleType], Any] = about) -> int:
    """Does the step on as many cores as threads are allowed, and writes its result as JSON."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: todo.threads])
    try:
        engine = import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise
        print(f"{error.name} is not installed", file=sys.stderr)
        return MISSING
    hide_strangers(engine.DISTRIBUTION)
    work: Callable[[Any], Any] = getattr(engine, step, None) or (lambda _job: introduce(engine))
    Path(output).write_text(json.dumps(work(todo)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
