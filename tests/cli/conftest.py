"""The command line as users run it: a process of its own, its exit code, what it printed where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

import footfall
from tests.cli import forking
from tests.conftest import temporary_folder

SOURCE = str(Path(str(footfall.__file__)).parents[1])
ENTRY = [sys.executable, "-c", "from footfall.cli import main; main()"]
"""The console script, whether or not it is installed."""


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What a failed command said: one sentence on stderr, nothing else anywhere."""
        assert self.code == 1, self
        assert self.out == "", self
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("footfall: "), self.err
        assert self.err.endswith((".\n", "FILE\n", "NAME\n", "build\n", "data\n")), self.err
        assert len(self.err) < 500, self.err
        return self.err.removeprefix("footfall: ").strip()


@dataclass
class Shell:
    """A folder with a home in it, and commands run there."""

    folder: Path
    server: subprocess.Popen[str]
    _numbers: Iterator[int]

    @property
    def home(self) -> Path:
        """The home of every command."""
        return self.folder / "home"

    def file(self, name: str, content: bytes) -> Path:
        """A file of some content."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def __call__(
        self, *arguments: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None, dies_at: int = 0
    ) -> Ran:
        """Runs a command; its home is the shell's unless it names another. See ``forking`` for ``dies_at``."""
        number = next(self._numbers)
        paths = [self.folder.parent / f"{self.folder.name}.{number}.{name}" for name in ("in", "out", "err")]
        for path in paths:
            path.write_bytes(stdin if path.suffix == ".in" else b"")
        request = {
            "arguments": list(map(str, arguments)),
            "env": environment(self.home) | dict(env or {}),
            "cwd": str(self.folder),
            "streams": list(map(str, paths)),
            "dies_at": dies_at,
        }
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps(request) + "\n")
        self.server.stdin.flush()
        code = int(self.server.stdout.readline())
        _, out, err = (path.read_text("utf-8", "replace") for path in paths)
        for path in paths:
            path.unlink()
        return Ran(code, out, err)


def environment(home: Path) -> dict[str, str]:
    """What a command finds around it: nothing of the user's settings, two threads."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    engine = {"FOOTFALL_HOME": str(home), "FOOTFALL_ENGINE__THREADS": "2"}
    return {**kept, **engine, "PYTHONPATH": SOURCE, "PYTHONUTF8": "1", "COLUMNS": "100"}


@pytest.fixture(scope="session")
def fork_server() -> Iterator[subprocess.Popen[str]]:
    """The process that forks for each command."""
    command = [sys.executable, str(forking.__file__)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(Path("none"))
    ) as server:
        yield server
        assert server.stdin
        server.stdin.close()


@pytest.fixture
def shell(fork_server: subprocess.Popen[str]) -> Iterator[Shell]:
    """A shell in an empty folder."""
    with temporary_folder() as folder:
        (folder / "here").mkdir()
        yield Shell(folder / "here", fork_server, count())


@pytest.fixture(scope="session")
def process() -> Callable[..., Ran]:
    """Runs a command in a new interpreter, as the console script does."""

    def run(*arguments: str | Path, home: Path, stdin: bytes = b"", code: str = ENTRY[-1]) -> Ran:
        command = [*ENTRY[:2], code, *map(str, arguments)]
        ended = subprocess.run(command, input=stdin, capture_output=True, env=environment(home), check=False)
        return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    return run
