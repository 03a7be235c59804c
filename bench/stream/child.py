"""One step of one engine in a process of its own: ``python -m bench.stream.child MODULE STEP JOB OUTPUT``."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from bench.batch import child
from bench.stream.work import Job


def about(engine: ModuleType) -> dict[str, Any]:
    """What an engine is called, its version, how it was written, what is made for it first, how much it is given."""
    needs = {"prepare": getattr(engine, "PREPARE", ""), "most": getattr(engine, "MOST", 0)}
    made_by = {"version": engine.VERSION} if hasattr(engine, "VERSION") else {}
    return {**child.about(engine), **made_by, **needs, "collects": hasattr(engine, "collect")}


def main(module: str, step: str, job: str, output: str) -> int:
    """Does a step of this benchmark."""
    return child.do(module, step, Job.from_json(job), output, about)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
