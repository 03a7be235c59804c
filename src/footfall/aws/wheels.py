"""Wheels for another Python than this one, fetched by pip."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from footfall.ports import FootfallError


def fetch(target: Path, requirements: Iterable[str], python: str, platform: str) -> None:
    """Unpacks wheels into a folder, without what they ask for themselves.

    Args:
        target: the folder.
        requirements: as pip reads them.
        python: its version: ``3.11``.
        platform: as wheels name it: ``manylinux2014_x86_64``.

    Raises:
        FootfallError: there is no pip, or it failed.
    """
    command = [*pip(), "install", "--quiet", "--no-compile", "--no-deps", "--target", str(target)]
    command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", python, "--platform", platform]
    run = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False)
    if run.returncode:
        said = (run.stderr.strip().splitlines() or ["nothing"])[-1]
        raise FootfallError(f"pip could not fetch {', '.join(requirements)}: {said.rstrip('.')}.")


def pip() -> list[str]:
    """This environment's pip, or that of the Python it was made from."""
    for python in (sys.executable, getattr(sys, "_base_executable", sys.executable)):
        command = [python, "-m", "pip"]
        if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0:
            return command
    raise FootfallError("pip is needed to fetch wheels: run `python -m ensurepip`.")
