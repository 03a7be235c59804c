"""The event log killed, starved and failed by its disk: what was acknowledged is in the lake exactly once."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from footfall.embedded.compact import compact
from footfall.embedded.event_log import SegmentedLog
from tests.conftest import Home, temporary_home
from tests.faults.writer import EVENTS

ROOT = Path(__file__).parents[2]
slow = pytest.mark.slow
traced = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@pytest.fixture
def home() -> Iterator[Home]:
    """A home of its own."""
    with temporary_home() as made:
        yield made


def writer(home: Home, first: int, batches: int, threads: int = 3) -> list[str]:
    """The command of a writing process."""
    numbers = map(str, (first, batches, threads))
    return [sys.executable, "-m", "tests.faults.writer", str(home.path), *numbers]


def environment() -> dict[str, str]:
    """The environment in which the writer finds the package."""
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs a writer to its end."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def brought_in(home: Home) -> Counter[str]:
    """How often each event is in the lake after compaction."""
    home.lake.layout.work.mkdir(parents=True, exist_ok=True)
    compact(home.lake, SegmentedLog(home.lake.layout))
    return Counter(row["event_id"] for row in home.rows())


def assert_kept(home: Home, acknowledged: str, submitted: int) -> None:
    """Every acknowledged event is in the lake, none twice, none that nobody sent, no batch in part."""
    stored = brought_in(home)
    numbers = set(map(int, acknowledged.split()))
    assert {f"{number}.{place}" for number in numbers for place in range(EVENTS)} <= set(stored)
    assert set(stored.values()) <= {1}
    found = Counter(int(name.partition(".")[0]) for name in stored)
    assert set(found.values()) <= {EVENTS}
    assert set(found) <= set(range(submitted))


def strace(*options: str) -> list[str]:
    """Runs what follows with faults injected into its system calls."""
    return ["strace", "-f", "-qqq", "-o", "/dev/null", *options]


@traced
@pytest.mark.parametrize("call", ["fsync", "fdatasync"])
@pytest.mark.parametrize("when", [3, *(pytest.param(when, marks=slow) for when in (1, 2, 5, 9, 20))])
def test_killed_at_any_sync(home: Home, call: str, when: int) -> None:
    killed = run(
        [*strace("-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={when}"), *writer(home, 0, 60)]
    )
    if call == "fdatasync":
        assert killed.returncode == -signal.SIGKILL
        assert len(killed.stdout.split()) < 60
    again = run(writer(home, 60, 5))
    assert again.returncode == 0, again.stderr
    assert_kept(home, killed.stdout + again.stdout, 65)


@traced
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", ["fsync,fdatasync", "pwrite64"])
@pytest.mark.parametrize("when", ["6+40", *(pytest.param(when, marks=slow) for when in ("4", "9..14"))])
def test_a_disk_that_fails_for_a_while_acknowledges_nothing_that_is_not_there(
    home: Home, error: str, call: str, when: str
) -> None:
    faults = ("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}")
    first = subprocess.run(writer(home, 0, 1), cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    (segment,) = (home.path / "log").glob("*.sqlite")
    paths = [option for suffix in ("", "-wal") for option in ("-P", f"{segment}{suffix}")]
    disturbed = run([*strace(*paths, *faults), *writer(home, 1, 60)])
    assert disturbed.returncode == 0, disturbed.stderr
    assert "takes nothing" in disturbed.stderr
    assert len(disturbed.stdout.split()) == 60
    assert_kept(home, first.stdout + disturbed.stdout, 61)


COMPACTION = """
import sys
from pathlib import Path
from footfall.embedded.compact import compact
from footfall.embedded.event_log import SegmentedLog
from footfall.embedded.run import open_lake
lake = open_lake(Path(sys.argv[1]))
lake.layout.work.mkdir(parents=True, exist_ok=True)
compact(lake, SegmentedLog(lake.layout))
"""


@traced
@pytest.mark.parametrize("call", ["rename", "fsync", "fdatasync", "unlink"])
@pytest.mark.parametrize("when", [1, *(pytest.param(when, marks=slow) for when in (2, 3))])
def test_compaction_killed_and_done_again(home: Home, call: str, when: int) -> None:
    compaction = [sys.executable, "-c", COMPACTION, str(home.path)]
    acknowledged = ""
    for turn in range(2):
        written = run(writer(home, turn * 20, 20))
        acknowledged += written.stdout
        killed = run([*strace("-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={when}"), *compaction])
        assert killed.returncode in (0, -signal.SIGKILL), killed.stderr
    assert run(compaction).returncode == 0
    assert len(acknowledged.split()) == 40
    assert_kept(home, acknowledged, 40)


def test_no_room_is_said_nothing_is_acknowledged_and_it_goes_on_when_there_is(home: Home) -> None:
    pipe, command = subprocess.PIPE, writer(home, 0, 10**6)
    with subprocess.Popen(command, cwd=ROOT, env=environment(), text=True, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        begun = process.stdout.readline()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        assert "takes nothing" in process.stderr.readline()
        before = SegmentedLog(home.lake.layout).end()
        time.sleep(0.2)
        assert 0 < SegmentedLog(home.lake.layout).end() == before
        assert process.poll() is None
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        acknowledged = begun + "".join(process.stdout.readline() for _ in range(500))
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read()
    assert len(acknowledged.split()) > 500
    assert_kept(home, acknowledged, 10**6)


@slow
def test_killed_thirty_times_under_load(home: Home) -> None:
    moments = random.Random(7)
    acknowledged, sent = "", 0
    for turn in range(30):
        with subprocess.Popen(
            writer(home, sent, 100_000, 6), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            said = process.stdout.readline()
            time.sleep(moments.random() * 0.3)
            process.send_signal(signal.SIGKILL)
            said += process.stdout.read()
        assert process.returncode == -signal.SIGKILL
        acknowledged += said if said.endswith("\n") else said[: said.rfind("\n") + 1]
        sent += 100_000
        if turn % 7 == 0:
            assert_kept(home, acknowledged, sent)
    assert len(acknowledged.split()) > 1000
    assert_kept(home, acknowledged, sent)
