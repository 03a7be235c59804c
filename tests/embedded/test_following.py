"""An access log taken into the event log: each line once, over restarts and a log that is too busy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from footfall.embedded import following
from footfall.embedded.appender import Appender
from footfall.embedded.event_log import SegmentedLog
from footfall.ports import BusyError
from tests.conftest import Home
from tests.ingest.test_follow import line


def times(turns: int) -> Callable[[], bool]:
    """Says yes so many times."""
    left = iter(range(turns))
    return lambda: next(left, None) is not None


def paths(home: Home) -> list[str]:
    """The paths of the events in the log."""
    log = SegmentedLog(home.lake.layout)
    return [text for _, events in log.read(0) if events.num_rows for text in events["path"].to_pylist()]


def test_it_goes_on_where_the_last_process_stopped(home: Home, tmp_path: Path) -> None:
    path, expected = tmp_path / "access.log", []
    for turn in range(4):
        with path.open("ab") as file:
            file.write(line(turn) + b"no line\n")
        expected.append(f"/{turn}")
        with Appender(home.lake.layout) as appender:
            following.take(appender, path, times(1))
        assert paths(home) == expected
    log = SegmentedLog(home.lake.layout)
    assert [letter.line for letter in log.letters(0, log.end())] == [2, 4, 6, 8]


def test_lines_wait_while_the_log_is_busy(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(line("a"))
    with Appender(home.lake.layout) as appender:
        free, refusals = appender.submit, iter(range(2))

        def submit(*arguments: object, **options: object) -> object:
            if next(refusals, None) is not None:
                raise BusyError("busy")
            return free(*arguments, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(appender, "submit", submit)
        following.take(appender, path, times(1))
        assert paths(home) == []
        following.take(appender, path, times(1))
    assert paths(home) == ["/a"]
