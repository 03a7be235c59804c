"""Cutting a source into blocks of whole lines."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from footfall.ingest import source
from footfall.ingest.source import Block, blocks

LINES = st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=12)


def cut(data: bytes, size: int, longest: int = 1 << 20, first_line: int = 1) -> list[Block]:
    """The blocks of some data, read that many bytes at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "BLOCK", size)
        patch.setattr(source, "LONGEST_LINE", longest)
        stream = io.BytesIO(data)
        return [*blocks(stream, stream, first_line)]


@given(lines=LINES, ended=st.booleans(), size=st.integers(1, 40), first=st.integers(1, 3))
def test_blocks_are_the_file_cut_behind_lines_and_know_where_they_stand(
    lines: list[bytes], ended: bool, size: int, first: int
) -> None:
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    found = cut(data, size, first_line=first)
    assert b"".join(block.data for block in found) == data
    assert all(block.data.endswith(b"\n") for block in found[:-1])
    assert [block.first_line for block in found] == [
        *itertools.accumulate([block.lines for block in found], initial=first)
    ][:-1]
    assert sum(block.lines for block in found) == data.count(b"\n") + (not data.endswith(b"\n") and data != b"")
    assert [block.position for block in found] == sorted(block.position for block in found)


@example(lines=[12, 0, 10], ended=False, size=12)
@given(lines=st.lists(st.integers(0, 30), min_size=1, max_size=8), ended=st.booleans(), size=st.integers(1, 70))
def test_a_giant_line_stands_alone_and_only_its_beginning_is_kept(lines: list[int], ended: bool, size: int) -> None:
    longest = 10
    data = b"\n".join(b"%d" % (index % 10) * length for index, length in enumerate(lines)) + (b"\n" if ended else b"")
    found = cut(data, size, longest)
    giants = {block.first_line: block.data for block in found if len(block.data) > longest and block.lines == 1}
    long = {number: line[:longest] + b"\n" for number, line in enumerate(data.split(b"\n"), 1) if len(line) >= longest}
    assert giants == long
    ordinary = [block.data for block in found if block.first_line not in giants]
    kept = b"".join(data if data.endswith(b"\n") else data + b"\n" for data in ordinary)
    wanted = [line for line in data.removesuffix(b"\n").split(b"\n") if len(line) < longest]
    assert kept.removesuffix(b"\n").split(b"\n") == wanted or not wanted


def test_a_block_says_whether_it_is_the_beginning_of_a_giant() -> None:
    long = b"x" * source.LONGEST_LINE
    found = cut(b"short\n" + long + b"more\nshort\n" + long[1:] + b"\n", 1 << 16)
    assert [(block.first_line, block.giant) for block in found if block.giant] == [(2, True)]
    assert max(len(block.data) for block in found) < source.LONGEST_LINE + (1 << 16) + 2


@given(size=st.integers(1, 64), length=st.integers(200, 400))
def test_memory_is_bounded_by_a_block_and_a_line(size: int, length: int) -> None:
    """However long the line, no more than a block beyond its kept beginning is ever asked for or handed on."""
    longest = 32
    found = cut(b"y" * length, size, longest)
    assert [(block.lines, len(block.data)) for block in found] == [(1, longest + 1)]
