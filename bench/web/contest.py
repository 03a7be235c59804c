"""Each framework served, looked at round after round, and its server's memory read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil
from playwright.sync_api import Browser

from bench.web.look import Look, look
from bench.web.peers import PEERS

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that a server may take to listen."""
SETTLE = 30.0
"""Seconds after the last look until memory is read: what ends when nobody asks has ended."""


@dataclass
class Entry:
    """A framework's results.

    ``memory_mb`` is what the server and its children have for themselves and their share of the rest (PSS); ``load`` is
    the machine's load average when the looks began.
    """

    title: str
    version: str
    ready_s: float
    looks: list[Look] = field(default_factory=list)
    memory_mb: float = 0.0
    load: float = 0.0

    def middle(self, name: str) -> float:
        """The median of a figure over all rounds."""
        return float(median(getattr(one, name) for one in self.looks))


def hold(browser: Browser, home: Path, names: Sequence[str], rounds: int, figure: str) -> dict[str, Entry]:
    """Looks at every framework's page ``rounds`` times, after one look that is not counted."""
    entries = {}
    for name in names:
        peer = PEERS[name]
        with _served(name, home) as (address, process, ready):
            entry = entries[name] = Entry(peer.title, version(peer.distribution), ready)
            look(browser, address, figure)
            entry.load = os.getloadavg()[0]
            entry.looks = [look(browser, address, figure) for _ in range(rounds)]
            time.sleep(SETTLE)
            entry.memory_mb = _memory(process.pid)
        said = f"{entry.middle('content_ms'):8.0f} ms {entry.middle('bytes') / 1000:8.0f} KB {entry.memory_mb:6.0f} MB"
        print(f"  {name:10} {said}", file=sys.stderr)
    return entries


@contextmanager
def _served(name: str, home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    began = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(PEERS[name].command(home, port), cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}", process, time.perf_counter() - began
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        psutil.wait_procs([process, *children], timeout=10)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen")


def _memory(pid: int) -> float:
    parent = psutil.Process(pid)
    return float(sum(one.memory_full_info().pss for one in (parent, *parent.children(recursive=True)))) / 1e6
