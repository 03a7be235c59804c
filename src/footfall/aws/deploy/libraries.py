"""The layer of libraries: wheels of what the functions need, for Lambda's Python and processor."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distributions, requires
from pathlib import Path
from tempfile import TemporaryDirectory

from footfall.aws.release import archive
from footfall.aws.wheels import pip
from footfall.ports import FootfallError

LIMIT = 250 << 20
"""Bytes that Lambda takes of a function and its layers, unpacked."""
UNUSED = ("rich", "typer")
"""Of what the product asks for, what only the command line needs."""
SERVICES = ("athena", "dynamodb", "firehose", "kinesis", "s3", "sns", "ssm", "sts", "wafv2")
"""Of AWS, those that functions call; botocore describes four hundred."""
LEFT_OUT = (
    *("**/__pycache__", "bin", "pyarrow/include", "**/tests", "**/*.pyi", "**/*.pxd", "**/*.pyx", "**/*.h", "**/*.a"),
    *("pyarrow/*flight*", "pyarrow/*s3*", "pyarrow/libarrow_python*.so", "pyarrow/libarrow_python*.so.*.*"),
)
"""Of the wheels, what nothing needs that runs; of pyarrow its own clients, and copies of libraries."""
_DATA = "botocore/data"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What runs the libraries: a Python, and the platforms of whose wheels it takes the newest."""

    python: str
    platforms: tuple[str, ...]


LAMBDA = Runtime("3.13", ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"))
"""Lambda's, on Amazon Linux 2023 and ARM."""


def libraries(runtime: Runtime = LAMBDA) -> bytes:
    """The layer as an archive, everything below ``python/``; the same wheels give the same bytes.

    Raises:
        FootfallError: there is no pip, it cannot fetch a wheel, or Lambda would not take so much.
    """
    with TemporaryDirectory() as folder:
        target = Path(folder) / "python"
        fetch(target, runtime)
        trim(target)
        files = [path for path in target.rglob("*") if path.is_file()]
        if (size := sum(path.stat().st_size for path in files)) > LIMIT:
            raise FootfallError(f"The libraries have {size >> 20} MB, and Lambda takes {LIMIT >> 20}: leave more out.")
        return archive({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})


def fetch(target: Path, runtime: Runtime) -> None:
    """Installs the wheels into a folder; what is installed here says which versions.

    Raises:
        FootfallError: there is no pip, or it failed.
    """
    given = target.parent / "constraints.txt"
    given.write_text("".join(f"{pin}\n" for pin in sorted(set(_pins()))))
    platforms = (option for name in runtime.platforms for option in ("--platform", name))
    command = [*pip(), "install", "--quiet", "--no-compile", "--target", str(target), "--constraint", str(given)]
    command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", runtime.python]
    run = subprocess.run([*command, *platforms, *wanted()], capture_output=True, text=True, check=False)
    if run.returncode:
        said = (run.stderr.strip().splitlines() or ["nothing"])[-1]
        raise FootfallError(f"pip could not fetch the libraries for Lambda: {said.rstrip('.')}.")


def trim(target: Path) -> None:
    """Takes out of installed wheels what nothing needs that runs."""
    services = {path for path in (target / _DATA).iterdir() if path.is_dir() and path.name not in SERVICES}
    for path in [*services, *(path for pattern in LEFT_OUT for path in target.glob(pattern))]:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()


def wanted() -> list[str]:
    """What ``footfall[aws]`` asks for, without ``UNUSED``."""
    asked = [each.replace('"', "'") for each in requires("footfall") or ()]
    needed = [each for each in asked if "extra ==" not in each or "'aws'" in each]
    return [each.partition(";")[0].strip() for each in needed if not each.startswith(UNUSED)]


def _pins() -> Iterator[str]:
    for each in distributions():
        if (name := each.metadata["Name"]) != "footfall":
            yield f"{name}=={each.version}"
