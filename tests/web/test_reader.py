"""The process that works answers out: the same rows as here, sentences for what can be mended, back after a death."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from footfall.embedded.reader import Reader
from footfall.embedded.screen import EmbeddedPlane
from footfall.ports import FootfallError
from tests.conftest import Home

DAYS = (date(2026, 3, 2), date(2026, 3, 21))


@pytest.fixture(scope="module")
def reader(shop: Home) -> Iterator[Reader]:
    """A reader of the shop."""
    ended = threading.Event()
    reader = Reader(shop.path, shop.lake.layout.spill, ended)
    yield reader
    process = reader._process
    ended.set()
    if process:
        process.wait(timeout=60)


@pytest.mark.parametrize("name", ["sales", "recovery", "brands", "windows", "verdicts", "arrivals"])
def test_answers_are_those_worked_out_here(reader: Reader, shop: Home, name: str) -> None:
    assert reader.rows(name, *DAYS, "net").equals(EmbeddedPlane(shop.lake).rows(name, *DAYS, "net"))
    assert list(shop.lake.layout.spill.glob("*.arrow")) == []


def test_what_the_user_can_mend_comes_as_a_sentence(tmp_path: Path) -> None:
    ended = threading.Event()
    empty = Reader(tmp_path / "home", tmp_path / "spill", ended)
    with pytest.raises(FootfallError, match="footfall ingest FILE"):
        empty.rows("sales", *DAYS, "net")
    assert empty._process
    ended.set()
    assert empty._process.wait(timeout=60) == 0


def test_a_reader_that_was_killed_is_there_again(reader: Reader) -> None:
    reader.rows("sales", *DAYS, "net")
    assert reader._process
    os.kill(reader._process.pid, signal.SIGKILL)
    until = time.monotonic() + 30
    while reader._process and reader._process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert reader.rows("sales", *DAYS, "net").num_rows
