"""What a process costs: time, processor time, peak memory; and what else kept the machine busy meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
CHILD = "bench.batch.child"
POLL = 0.05
"""Seconds between looks at the memory of a process and its children."""
COUNT = 20
"""Looks between searches for new children, which read about every process of the machine."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One process from start to end, its children included.

    ``peak`` is the most resident memory at once, ``peak_own`` the same without pages of files; bytes. ``elsewhere`` is
    how many cores other processes kept busy on average.
    """

    seconds: float
    cpu_seconds: float
    peak: int
    peak_own: int
    elsewhere: float

    def to_dict(self) -> dict[str, float]:
        """The fields by name."""
        return asdict(self)


@dataclass
class _Tree:
    """A process and its descendants, looked at now and then."""

    root: psutil.Process
    children: list[psutil.Process] = field(default_factory=list)
    looks: int = 0
    peak: int = 0
    peak_own: int = 0
    cpu: dict[int, float] = field(default_factory=dict)

    def look(self) -> None:
        if self.looks % COUNT == 0:
            self.children = _children(self.root)
        self.looks += 1
        resident = shared = 0
        for process in [self.root, *self.children]:
            try:
                memory, times = process.memory_info(), process.cpu_times()
            except psutil.Error:
                continue
            resident, shared = resident + memory.rss, shared + memory.shared
            self.cpu[process.pid] = times.user + times.system
        self.peak, self.peak_own = max(self.peak, resident), max(self.peak_own, resident - shared)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def run(
    module: str, step: str, job: str, threads: int, python: str = sys.executable, child: str = CHILD
) -> tuple[int, Cost, str, str]:
    """Does one step in a process of its own, started by the module ``child``.

    Returns:
        Its exit code, what it cost, its result as JSON, and what it said on standard error.
    """
    with tempfile.TemporaryDirectory() as folder:
        output, said = Path(folder) / "result.json", Path(folder) / "stderr"
        command = [python, "-m", child, module, step, job, str(output)]
        os.sync()
        with said.open("wb") as errors:
            code, cost = _watch(command, threads, errors.fileno())
        return code, cost, output.read_text() if code == 0 else "", said.read_text(errors="replace")


def _watch(command: list[str], threads: int, errors: int) -> tuple[int, Cost]:
    busy, begun = _busy(), time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=_environment(threads), stdout=errors, stderr=errors)
    tree = _Tree(psutil.Process(process.pid))
    ended, status = 0, 0
    while not ended:
        tree.look()
        time.sleep(POLL)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = max(usage.ru_utime + usage.ru_stime, sum(tree.cpu.values()))
    elsewhere = max(0.0, (_busy() - busy - cpu) / seconds)
    return process.returncode, Cost(seconds, cpu, tree.peak, tree.peak_own, elsewhere)


def _environment(threads: int) -> dict[str, str]:
    """The environment with what some engines read nowhere else: their threads."""
    paths = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT / "src")]))
    return {**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}


def _busy() -> float:
    """Seconds that all processors have worked since the machine started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def best(costs: Iterable[Cost]) -> Cost:
    """The quickest of several runs, with the least processor time and the most memory that any of them took."""
    runs = list(costs)
    quickest = min(runs, key=lambda cost: cost.seconds)
    return replace(
        quickest,
        cpu_seconds=min(cost.cpu_seconds for cost in runs),
        peak=max(cost.peak for cost in runs),
        peak_own=max(cost.peak_own for cost in runs),
    )


def total(costs: Iterable[Cost]) -> Cost:
    """Several steps as one."""
    steps = list(costs)
    seconds = sum(step.seconds for step in steps)
    return Cost(
        seconds,
        sum(step.cpu_seconds for step in steps),
        max(step.peak for step in steps),
        max(step.peak_own for step in steps),
        sum(step.elsewhere * step.seconds for step in steps) / seconds,
    )


def spread(costs: Iterable[Cost]) -> float:
    """How much longer the slowest run took than the quickest, as a share."""
    seconds = [cost.seconds for cost in costs]
    return max(seconds) / min(seconds) - 1


def warm(path: Path) -> None:
    """Reads a file once, so that everyone finds it in the page cache."""
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 24):
            pass
