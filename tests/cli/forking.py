"""A process that has loaded everything once and forks for each command: hundreds of real runs in the time of a few.

Run as a script it reads one JSON request a line (arguments, environment, folder, where its three streams go) and
answers each with the exit code of a process that ran it. A request may name the change to files below its folder,
counted from one, at which the process kills itself.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from importlib import import_module
from itertools import count
from typing import Any

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir"}


def serve() -> None:
    """Answers requests until there are no more."""
    for name in ("cli.show", "embedded.doctor", "embedded.export", "embedded.run", "simulate"):
        import_module(f"footfall.{name}")
    adapters = import_module("footfall.ingest.formats").adapters
    adapters()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(_run(request))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _run(request: dict[str, Any]) -> int:
    _take_place(request)
    if request["dies_at"]:
        _kill_at(request["dies_at"], request["cwd"])
    from footfall.cli import main

    try:
        main()
        code: Any = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        sys.stderr.write(code + "\n")
        code = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return int(code or 0)


def _take_place(request: dict[str, Any]) -> None:
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["footfall", *request["arguments"]]
    for descriptor, (path, flags) in enumerate(
        zip(request["streams"], (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)
    ):
        opened = os.open(path, flags)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdin = os.fdopen(0, "r")
    sys.stdout = os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w")


def _kill_at(step: int, folder: str) -> None:
    """Kills this process just before its nth change to a name or a file below a folder."""
    steps = count(1)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        changes = event in CHANGES or (
            event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        )
        if changes and str(arguments[0]).startswith(folder) and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


if __name__ == "__main__":
    serve()
