"""When the disk is full or a file is larger than memory ought to be."""

from __future__ import annotations

import os
import random
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import ENTRY, Ran, Shell, environment
from tests.conftest import Home, rees46

REPEATS = 11
SMALL = rees46([["2019-10-01 00:00:00 UTC", "view", "1", "", "", "", "1", "u", "s"]])


def many(rows: int, days: int = 1) -> bytes:
    """Events that hardly compress."""
    draw = random.Random(7)
    start = datetime(2019, 10, 1)  # noqa: DTZ001
    lines = [
        f"{start + timedelta(days=n % days, seconds=draw.randrange(86_400))} UTC,view,{draw.randrange(10**8)},1,a.b,"
        f"brand,9.99,{draw.randrange(10**9)},{draw.getrandbits(128):032x}"
        for n in range(rows)
    ]
    return rees46([]) + "\n".join(lines).encode() + b"\n"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A file system of its own on a folder; false where this user may not mount one."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", folder], capture_output=True, check=False
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "--lazy", folder], check=True)


def limited(*arguments: str | Path, home: Path, largest: int) -> Ran:
    """Runs a command that may write no file larger than some bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    ended = subprocess.run(
        [*ENTRY, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment(home),
        preexec_fn=limit,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def assert_nothing_happened(home: Home, before: dict[str, bytes]) -> None:
    """The home holds what it held, and no unfinished write."""
    assert {name: content for name, content in home.files().items() if "lake/" in name} == {
        name: content for name, content in before.items() if "lake/" in name
    }
    assert not [path for path in (home.path / "work").rglob("*") if path.is_file()]
    assert not (home.path / "dead_letters").exists()


def test_a_full_disk_is_a_sentence_and_the_import_succeeds_when_there_is_room(shell: Shell) -> None:
    large = shell.file("large.csv", many(40_000) + b"bad,row\n")
    disk = shell.folder / "disk"
    with small_disk(disk, 1) as mounted:
        shell_home = Home(disk / "home" if mounted else shell.home)
        assert shell("ingest", shell.file("small.csv", SMALL), "--home", shell_home.path).code == 0
        before = shell_home.files()
        for _ in range(2):
            if mounted:
                sentence = shell("ingest", large, "--home", shell_home.path).sentence
                assert sentence == f"The disk under {shell_home.path} is full; make room and run it again."
            else:
                assert "File too large" in limited("ingest", large, home=shell_home.path, largest=100_000).sentence
            assert_nothing_happened(shell_home, before)
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        assert shell("ingest", large, "--home", shell_home.path).code == 0
        assert len(shell_home.rows()) == 40_001


@pytest.mark.slow
def test_a_limit_on_the_size_of_files_is_a_sentence_too(shell: Shell) -> None:
    large = shell.file("large.csv", many(20_000))
    assert shell("ingest", shell.file("small.csv", SMALL)).code == 0
    before = Home(shell.home).files()
    for memory in ("0", "512"):
        ran = limited("ingest", large, home=shell.home, largest=100_000)
        assert "File too large" in ran.sentence, memory
        assert_nothing_happened(Home(shell.home), before)


@pytest.mark.slow
def test_a_disk_that_fills_up_while_marts_are_built_is_a_sentence(shell: Shell) -> None:
    assert shell("ingest", shell.file("large.csv", many(20_000))).code == 0
    ran = limited("build", home=shell.home, largest=60_000)
    assert "File too large" in ran.sentence
    assert "footfall build" in shell("export", "visitors").sentence
    assert shell("build").code == 0
    assert shell("export", "visitors").code == 0


def peak(*arguments: str | Path, home: Path, env: dict[str, str]) -> int:
    """The most memory that a command ever held, in MB."""
    with subprocess.Popen(
        [*ENTRY, *map(str, arguments)], stdout=subprocess.DEVNULL, env=environment(home) | env
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return int(usage.ru_maxrss) >> 10


@pytest.mark.slow
def test_memory_is_bounded_however_large_the_file(shell: Shell) -> None:
    """200 MB over forty days in the worst of orders, every day in every block, with 32 MB for rows."""
    block = many(200_000, days=40)
    body = block.partition(b"\n")[2]
    path = shell.folder / "large.csv"
    with path.open("wb") as file:
        file.write(rees46([]))
        for number in range(REPEATS):
            file.write(body.replace(b",a.b,", b",a.b%02d," % number))
    assert path.stat().st_size > 190 << 20
    idle = peak("ingest", shell.file("small.csv", SMALL), home=shell.folder / "idle", env={})
    used = peak("ingest", path, home=shell.home, env={"FOOTFALL_ENGINE__MEMORY_MB": "32"})
    assert used < idle + 300, f"{used} MB against {idle} MB at rest"
    assert sum(file.rows for file in Home(shell.home).lake.days().values()) == REPEATS * 200_000
