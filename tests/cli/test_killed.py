"""Killed at any moment, run again: the same lake and marts as if nothing had happened, and nothing left behind."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from footfall.config import Settings
from footfall.embedded.marts import mart
from tests.cli.conftest import ENTRY, Shell, environment
from tests.conftest import Home, event, jsonl, temporary_home
from tests.embedded.worlds import world

EVENTS = world(11, days=3, visits=12)
FIRST, SECOND = jsonl(EVENTS[::2]), jsonl([*EVENTS[1::2], event("never")])


@pytest.fixture(scope="module")
def undisturbed() -> Iterator[Home]:
    """A home that took both files in peace and was built after each."""
    with temporary_home() as home:
        home.take(FIRST, name="first.jsonl")
        home.build()
        (home.path.parent / "before").mkdir()
        shutil.copytree(home.path, home.path.parent / "before" / "home")
        home.take(SECOND, name="second.jsonl")
        shutil.copytree(home.path, home.path.parent / "between" / "home")
        home.build()
        yield home


def at(undisturbed: Home, moment: str) -> Home:
    """The undisturbed home as it was before the second file, or between that and the second build."""
    return Home(undisturbed.path.parent / moment / "home")


def ours(shell: Shell) -> Home:
    """The shell's home."""
    return Home(shell.home, Settings())


def begin(shell: Shell, model: Home) -> Home:
    """Makes the shell's home a copy of another."""
    shutil.rmtree(shell.home, ignore_errors=True)
    shutil.copytree(model.path, shell.home)
    return ours(shell)


@pytest.mark.slow
def test_an_import_killed_at_any_change_to_the_disk_shows_whole_or_not_at_all(shell: Shell, undisturbed: Home) -> None:
    path, old, new = shell.file("second.jsonl", SECOND), at(undisturbed, "before"), at(undisturbed, "between")
    for step in count(1):
        home = begin(shell, old)
        if shell("ingest", path, dies_at=step).code == 0:
            break
        assert home.manifest() in (old.manifest(), new.manifest())
        assert home.rows()
        assert shell("ingest", path).code == 0
        assert home.files().keys() == new.files().keys(), "something was left behind"
        assert home.manifest() == new.manifest()
        assert home.letters() == new.letters()
    assert step > 15, "the process was hardly ever killed"


def assert_built(home: Home, undisturbed: Home) -> None:
    """The marts of two homes say the same, and every file in them is named by a manifest."""
    assert home.marts() == undisturbed.marts()
    for folder in (home.path / "marts").iterdir():
        live = {file.name for file in mart(home.lake.layout, folder.name).days().values()}
        lying = {path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")}
        assert lying == live, folder.name


@pytest.mark.slow
def test_a_build_killed_at_any_change_to_the_disk_is_finished_by_the_next(shell: Shell, undisturbed: Home) -> None:
    killed = 0
    for step in count(1, 7):
        home = begin(shell, at(undisturbed, "between"))
        if shell("build", dies_at=step).code == 0:
            break
        killed += 1
        assert shell("query", "SELECT count(*) AS n FROM visitor_days", "--json").code == 0
        assert shell("build").code == 0
        assert_built(home, undisturbed)
    assert killed > 10


def kill_after(seconds: float, *arguments: str | Path, home: Path) -> int:
    """Starts a command in a new interpreter and kills it some time after it is ready to work; gives its exit code."""
    code = f"import footfall.embedded.run, footfall.cli.show, sys; print('ready', flush=True); {ENTRY[-1]}"
    command = [*ENTRY[:2], code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(home)) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    return process.returncode


@pytest.mark.slow
@pytest.mark.parametrize("command", ["ingest", "build"])
def test_killed_at_random_moments_and_run_again(shell: Shell, command: str) -> None:
    """Files being written are cut anywhere, not only between two of Footfall's own steps."""
    rows = world(5, days=6, visits=12_000)
    path, small = shell.file("events.jsonl", jsonl(rows)), shell.file("small.jsonl", jsonl(rows[:50]))
    peaceful = shell.folder / "peaceful"
    assert shell("ingest", small, path, "--home", peaceful).code == 0
    assert shell("build", "--home", peaceful).code == 0
    assert shell("ingest", small).code == 0
    draw, killed = random.Random(command), 0
    arguments = ("ingest", path) if command == "ingest" else ("build",)
    if command == "build":
        assert shell("ingest", path).code == 0
    old = ours(shell).manifest()
    for _ in range(6):
        code = kill_after(draw.uniform(0, 1.2), *arguments, home=shell.home)
        killed += code == -signal.SIGKILL
        assert ours(shell).manifest() in (old, Home(peaceful).manifest())
        assert ours(shell).rows()
    assert killed
    assert shell("ingest", path).code == 0
    assert shell("build").code == 0
    assert ours(shell).manifest() == Home(peaceful).manifest()
    assert_built(ours(shell), Home(peaceful))
    assert [*(shell.home / "work").iterdir()] == []
