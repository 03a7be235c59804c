"""The layer of libraries: wheels of what the functions need, for Lambda's Python and processor."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions, requires
from pathlib import Path
from tempfile import TemporaryDirectory

from footfall.aws.release import archive
from footfall.ports import FootfallError

PYTHON = "3.13"
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")
"""What Lambda's Amazon Linux 2023 on ARM takes, the newest first."""
LIMIT = 250 << 20
"""Bytes that Lambda takes of a function and its layers, unpacked."""
LEFT_OUT = ("__pycache__", "bin", "include", "tests", "*.pyi", "*.pxd", "*.pyx", "*.h", "*.hpp", "*.cmake", "*.a")
"""Of a wheel, what nothing needs that runs."""


def libraries() -> bytes:
    """The layer as an archive, everything below ``python/``; the same wheels give the same bytes.

    Raises:
        FootfallError: there is no pip, it cannot fetch a wheel, or Lambda would not take so much.
    """
    with TemporaryDirectory() as folder:
        target = Path(folder) / "python"
        fetch(target)
        for pattern in LEFT_OUT:
            _remove(target, pattern)
        contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(target)}
    if (size := sum(map(len, contents.values()))) > LIMIT:
        raise FootfallError(f"The libraries have {size >> 20} MB, and Lambda takes {LIMIT >> 20}: leave something out.")
    return archive(contents)


def fetch(target: Path) -> None:
    """Installs the wheels into a folder; what is installed here says which versions.

    Raises:
        FootfallError: there is no pip, or it failed.
    """
    given = target.parent / "constraints.txt"
    given.write_text("".join(f"{pin}\n" for pin in sorted(set(_pins()))))
    platforms = (option for name in PLATFORMS for option in ("--platform", name))
    command = [*_pip(), "install", "--quiet", "--no-compile", "--target", str(target), "--constraint", str(given)]
    command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", PYTHON, *platforms, *wanted()]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        said = (run.stderr.strip().splitlines() or ["nothing"])[-1]
        raise FootfallError(f"pip could not fetch the libraries for Lambda: {said.rstrip('.')}.")


def wanted() -> list[str]:
    """What ``footfall[aws]`` asks for, without what Lambda cannot use."""
    asked = requires("footfall") or []
    return [each.partition(";")[0].strip() for each in asked if "extra ==" not in each or "'aws'" in _quoted(each)]


def _quoted(requirement: str) -> str:
    return requirement.replace('"', "'")


def _pins() -> Iterator[str]:
    for each in distributions():
        if (name := each.metadata["Name"]) != "footfall":
            yield f"{name}=={each.version}"


def _pip() -> list[str]:
    """This environment's pip, or that of the Python it was made from."""
    for python in (sys.executable, getattr(sys, "_base_executable", sys.executable)):
        command = [python, "-m", "pip"]
        if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0:
            return command
    raise FootfallError("pip is needed to fetch the libraries for Lambda: run `python -m ensurepip`.")


def _remove(target: Path, pattern: str) -> None:
    for path in [*target.rglob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()


def _files(target: Path) -> Iterator[Path]:
    return (path for path in target.rglob("*") if path.is_file())
