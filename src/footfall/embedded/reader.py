"""Answers worked out in a process of its own, which ends when nobody asks: what they take in memory ends with it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa

from footfall.ports import FootfallError

IDLE = 20.0
"""Seconds without a question after which the process ends."""
LOOK = 5.0
"""Seconds between two looks at whether it is idle."""


class Question(msgspec.Struct, frozen=True):
    """What is asked: an export over days, and the file that its rows are to be written to."""

    name: str
    since: date
    until: date
    population: str
    file: str


class Reply(msgspec.Struct, frozen=True):
    """Whether the rows are there; else why not, as a sentence where the user can mend it."""

    wrong: str = ""
    mended: bool = True


@dataclass
class Reader:
    """Asks the process of one home; any thread may, one after the other.

    Args:
        home: the home directory.
        spill: where answers lie until they are read.
        ended: when set, the process ends.
    """

    home: Path
    spill: Path
    ended: threading.Event

    def __post_init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._asked = 0.0

    def rows(self, name: str, since: date, until: date, population: str) -> pa.Table:
        """An answer, mapped from its file.

        Raises:
            FootfallError: what the user can mend.
        """
        self.spill.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.spill, suffix=".arrow") as file:
            reply = self._ask(msgspec.json.encode(Question(name, since, until, population, file.name)))
            if reply.wrong:
                raise FootfallError(reply.wrong) if reply.mended else RuntimeError(reply.wrong)
            return pa.ipc.open_file(pa.memory_map(file.name)).read_all()

    def _ask(self, question: bytes) -> Reply:
        with self._lock:
            process = self._running()
            assert process.stdin
            assert process.stdout
            process.stdin.write(question + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
            self._asked = time.monotonic()
            if line:
                return msgspec.json.decode(line, type=Reply)
            process.wait()
            self._process = None
        raise RuntimeError("the process that reads ended before it answered")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", __name__, str(self.home)]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True)
            threading.Thread(target=self._retire, args=(self._process,), name="reader", daemon=True).start()
            self._asked = time.monotonic()
        return self._process

    def _retire(self, process: subprocess.Popen[bytes]) -> None:
        """Lets a process go once nobody has asked it for a while."""
        while process.poll() is None:
            over = self.ended.wait(LOOK)
            with self._lock:
                if over or time.monotonic() - self._asked > IDLE:
                    process.communicate()
                    self._process = None if self._process is process else self._process
        with self._lock, suppress(BrokenPipeError):  # one that ended by itself leaves its pipes open
            for pipe in (process.stdout, process.stdin):
                assert pipe
                pipe.close()


def answer_all(home: Path) -> None:
    """The process: answers each line of standard input until it ends."""
    from footfall.embedded.export import rows_between
    from footfall.embedded.run import open_lake

    lake = open_lake(home)
    for line in sys.stdin.buffer:
        question = msgspec.json.decode(line, type=Question)
        try:
            rows = rows_between(lake, question.name, question.since, question.until, question.population)
            with pa.OSFile(question.file, "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
                writer.write_table(rows)
            reply = Reply()
        except FootfallError as error:
            reply = Reply(str(error))
        except Exception as error:
            reply = Reply(f"{type(error).__name__}: {error}", mended=False)
        sys.stdout.buffer.write(msgspec.json.encode(reply) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    answer_all(Path(sys.argv[1]))
