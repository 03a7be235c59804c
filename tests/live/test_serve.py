"""A collector is served and attacked on this machine: the alert, the blocklist, and what the figures say afterwards."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

FOOTFALL = [sys.executable, "-c", "from footfall.cli import main; main()"]


def footfall(home: Path, *arguments: str) -> str:
    """Runs a command and gives what it printed."""
    ran = subprocess.run(
        [*FOOTFALL, *arguments, "--home", str(home)], capture_output=True, text=True, timeout=300, check=True
    )
    return ran.stdout


class Served:
    """``footfall serve`` with the port it took; what it says goes to a file."""

    def __init__(self, home: Path) -> None:
        self.told = home.parent / "told"
        with self.told.open("w") as told:
            self.process = subprocess.Popen([*FOOTFALL, "serve", "--port", "0", "--home", str(home)], stderr=told)
        self.port = int(self.wait_for(r"http://127\.0\.0\.1:(\d+)")[1])

    def wait_for(self, pattern: str, seconds: float = 60) -> re.Match[str]:
        """Waits until it says something."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := re.search(pattern, self.told.read_text()):
                return found
            time.sleep(0.1)
        raise AssertionError(f"{pattern} was not said: {self.told.read_text()}")

    def stop(self) -> None:
        """Ends it as Ctrl+C does."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=60) == 0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A served home."""
    one = Served(tmp_path / "home")
    yield one
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()


def attack(port: int, profile: str, seconds: int, *more: str) -> int:
    """Attacks, and gives how many events were sent."""
    arguments = [*FOOTFALL, "attack", profile, "--port", str(port), "--seconds", str(seconds), "--json", *more]
    ran = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=True)
    return int(json.loads(ran.stdout)["events"])


@pytest.mark.slow
def test_a_flood_is_told_blocked_and_taken_out_of_the_figures(served: Served, tmp_path: Path) -> None:
    home = tmp_path / "home"
    sent = attack(served.port, "naive_flood", 20, "--rate", "60")
    assert sent > 100
    served.wait_for("source_flood|floods the store", 30)
    time.sleep(8)
    incidents: list[dict[str, Any]] = json.loads(footfall(home, "incidents", "list", "--json"))["incidents"]
    assert any(incident["rule"] == "source_flood" for incident in incidents)
    figures = urlopen(f"http://127.0.0.1:{served.port}/metrics", timeout=10).read().decode()
    assert f"footfall_guard_events_total {sent}\n" in figures
    assert re.search(r'^footfall_guard_alerts_total{rule="source_flood"} [1-9]', figures, re.MULTILINE)
    assert re.search(r'^footfall_guard_open_incidents{severity="critical"} [1-9]', figures, re.MULTILINE)
    served.stop()
    addresses = footfall(home, "export", "blocklist").split()
    assert addresses
    footfall(home, "build")
    visitors = json.loads(footfall(home, "query", "SELECT count(*) AS events FROM events", "--json"))
    assert visitors == [{"events": sent}]


@pytest.mark.slow
def test_every_child_ends_when_the_parent_is_killed(served: Served) -> None:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(served.process.pid)], capture_output=True, text=True)
    children = [int(pid) for pid in listed.stdout.split()]
    assert len(children) >= 2
    served.process.kill()
    served.process.wait()
    until = time.monotonic() + 20
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in children):
        time.sleep(0.2)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
