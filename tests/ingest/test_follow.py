"""Following a growing log: every line once, over rotation, truncation, restarts and half-written lines."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.ingest import follow as following
from footfall.ingest.follow import GRACE, Follower, Mark, follow
from tests.conftest import temporary_folder

START = 1_714_564_800_000_000


def line(name: object) -> bytes:
    """A request for a path."""
    request = f'"GET /{name} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11)"'
    return f"203.0.113.7 - - [01/May/2024:12:00:00 +0000] {request}\n".encode()


class Site:
    """A server's log, and a follower of it that can be restarted."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "access.log"
        self.time = START
        self.mark: Mark | None = None
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.letters: list[tuple[int, str, str]] = []
        self.begin()

    def begin(self) -> None:
        """Starts a follower from the mark kept last."""
        kept = msgspec.json.decode(msgspec.json.encode(self.mark), type=Mark) if self.mark else None
        self.follower = Follower(self.path, self.clock, kept)

    def clock(self) -> int:
        """A microsecond later each time."""
        self.time += 1
        return self.time

    def restart(self) -> None:
        """Stops following and goes on in another process."""
        self.follower.close()
        self.begin()

    def write(self, *lines: bytes) -> None:
        """The server appends."""
        with self.path.open("ab") as log:
            log.write(b"".join(lines))

    def read(self) -> None:
        """Reads what is there."""
        while part := self.follower.poll():
            self.seen += [path.removeprefix("/") for path in part.events["path"].to_pylist()] if part.events else []
            self.ids += part.events["event_id"].to_pylist() if part.events else []
            self.letters += [(letter.line, letter.reason, letter.row) for letter in part.letters]
            self.mark = msgspec.json.decode(part.mark, type=Mark)

    def pass_time(self) -> None:
        """Reads, waits for longer than a renamed file is waited for, and reads again."""
        self.read()
        self.time += GRACE
        self.read()

    def rename(self, name: str = "access.log.1") -> None:
        """Rotates by renaming."""
        self.path.rename(self.path.with_name(name))

    def copytruncate(self, name: str = "access.log.1") -> None:
        """Rotates by copying and cutting."""
        shutil.copy(self.path, self.path.with_name(name))
        os.truncate(self.path, 0)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site without a log yet."""
    made = Site(tmp_path)
    yield made
    made.follower.close()


def test_lines_become_events_with_the_time_they_were_read(site: Site) -> None:
    site.write(line("a"), b"no line\n", line("b"))
    part = site.follower.poll()
    assert part is not None
    first, second = part.events.to_pylist()
    assert (first["path"], second["path"], first["ip"], first["status"]) == ("/a", "/b", "203.0.113.7", 200)
    assert first["received_at"].timestamp() * 1_000_000 == pytest.approx(START, abs=100)
    assert [(letter.source, letter.line, letter.row) for letter in part.letters] == [("access.log", 2, "no line")]
    assert site.follower.poll() is None


def test_there_need_be_no_file_yet(site: Site) -> None:
    site.read()
    site.write(line("a"))
    site.read()
    assert site.seen == ["a"]


def test_half_a_line_waits_for_its_other_half(site: Site) -> None:
    whole = line("a")
    for end in range(1, len(whole) + 1, 7):
        site.write(whole[end - 7 if end > 7 else 0 : end])
        site.read()
    site.write(whole[end:])
    site.read()
    assert site.seen == ["a"]


def test_like_lines_are_events_of_their_own_and_the_same_ones_after_a_restart(site: Site) -> None:
    site.write(line("a") * 3)
    before = site.mark
    site.read()
    first, begun = list(site.ids), site.mark
    assert len(set(first)) == 3
    assert (before, begun is None) == (None, False)
    site.restart()
    site.write(line("a"))
    site.read()
    assert len(set(site.ids)) == 4
    site.mark = msgspec.structs.replace(begun, offset=0, line=0, head="", head_size=0) if begun else None
    site.ids = []
    site.restart()
    site.read()
    assert site.ids[:3] == first


@pytest.mark.parametrize("restarts", [False, True])
def test_a_renamed_file_is_read_to_its_end_even_when_written_after(site: Site, restarts: bool) -> None:
    site.write(line("a"))
    site.read()
    with site.path.open("ab") as old:
        site.rename()
        site.write(line("c"))
        site.read()
        old.write(line("b"))
        old.flush()
        if restarts:
            site.restart()
        site.pass_time()
        old.write(b"half")
    site.write(line("d"))
    site.pass_time()
    assert site.seen == ["a", "b", "c", "d"]


def test_half_a_line_at_a_renamed_files_end_is_a_line(site: Site) -> None:
    site.write(line("a"), line("b").rstrip(b"\n"))
    site.read()
    site.rename()
    site.write(line("c"))
    site.pass_time()
    site.pass_time()
    assert site.seen == ["a", "b", "c"]


def test_rotated_several_times_while_nobody_followed(site: Site) -> None:
    site.write(line("a"))
    site.read()
    site.write(line("b"))
    for turn, name in enumerate("cde"):
        for older in range(turn, 0, -1):
            site.path.with_name(f"access.log.{older}").rename(site.path.with_name(f"access.log.{older + 1}"))
        os.utime(site.path, ns=(START * 1000 + turn * 10**9,) * 2)
        site.rename()
        site.write(line(name))
    site.restart()
    for _ in range(5):
        site.pass_time()
    assert site.seen == ["a", "b", "c", "d", "e"]
    assert site.letters == []


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("after", [b"", line("c"), line("c") * 50])
def test_a_file_copied_and_cut_is_read_to_its_copys_end(site: Site, restarts: bool, after: bytes) -> None:
    site.write(line("a"))
    site.read()
    site.write(line("b"))
    site.copytruncate()
    if restarts:
        site.restart()
    site.write(after)
    site.pass_time()
    site.pass_time()
    site.write(line("d"))
    site.pass_time()
    assert site.seen == ["a", "b"] + ["c"] * after.count(b"\n") + ["d"]
    assert len(set(site.ids)) == len(site.ids)


def test_a_file_cut_without_a_copy_begins_again(site: Site) -> None:
    site.write(line("a"), line("b"))
    site.read()
    os.truncate(site.path, 0)
    site.read()
    site.write(line("c"))
    site.read()
    assert site.seen == ["a", "b", "c"]


def test_a_file_gone_while_nobody_followed_is_said(site: Site) -> None:
    site.write(line("a"))
    site.read()
    site.write(line("lost"))
    with gzip.open(site.path.with_name("access.log.1.gz"), "wb") as packed:
        packed.write(site.path.read_bytes())
    site.path.unlink()
    site.write(line("b"))
    site.restart()
    site.read()
    assert site.seen == ["a", "b"]
    assert [(number, reason.split(";")[0]) for number, reason, _ in site.letters] == [
        (2, "the file was gone before its end was surely read")
    ]


def test_a_line_without_an_end_is_passed_over_in_bounded_pieces(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CHUNK", 1000)
    site.write(line("a"), b"x" * 4321)
    site.read()
    site.restart()
    site.write(b"x" * 99 + b"\n", line("b"))
    site.read()
    assert site.seen == ["a", "b"]
    assert [(number, len(row)) for number, _, row in site.letters] == [(2, 1000)]
    assert site.mark is not None
    assert site.mark.line == 3


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["write", "half", "read", "restart", "wait", "rename", "cut"]), max_size=25),
)
def test_every_line_once_whatever_happens(deeds: list[str]) -> None:
    with temporary_folder() as folder:
        site, names, written, rest = Site(folder), count(), [], b""
        rotations = count(1)
        for deed in [*deeds, "write"]:
            if deed in ("write", "half"):
                name = str(next(names))
                written.append(name)
                text = rest + line(name)
                site.write(text if deed == "write" else text[:-20])
                rest = b"" if deed == "write" else text[-20:]
            elif deed in ("read", "restart", "wait"):
                {"read": site.read, "restart": site.restart, "wait": site.pass_time}[deed]()
            elif not rest and site.path.exists():
                site.read()
                site.write(line(name := str(next(names))))
                written.append(name)
                rotate = site.rename if deed == "rename" else site.copytruncate
                rotate(f"access.log.{next(rotations)}")
                site.pass_time()
                site.write(line(name := str(next(names))))
                written.append(name)
                site.pass_time()
        site.write(rest)
        for _ in range(3):
            site.pass_time()
        site.follower.close()
        assert site.seen == written
        assert len(set(site.ids)) == len(written)


def test_following_goes_on_for_as_long_as_idle_says(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(line("a"))
    answers = iter([True, True, False])

    def idle() -> bool:
        with path.open("ab") as log:
            log.write(line("b"))
        return next(answers)

    parts = list(follow(path, None, lambda: START, idle))
    assert [text for part in parts for text in part.events["path"].to_pylist()] == ["/a", "/b", "/b"]
    assert len(list(follow(path, parts[-1].mark, lambda: START, lambda: False))) == 1
