"""Those who read the event log: how far they came is kept, and what they have not read is never deleted."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.embedded import segments
from footfall.embedded.appender import Appender
from footfall.embedded.event_log import COMPACTION, DAY, HOUR, SegmentedLog
from footfall.ingest.intake import Submission
from footfall.layout import Layout
from footfall.ports import FootfallError
from tests.conftest import temporary_folder
from tests.embedded.logs import NOON, one_each, rows, told


@pytest.fixture
def layout() -> Iterator[Layout]:
    """A home of its own."""
    with temporary_folder() as folder:
        yield Layout(folder / "home")


def test_marks_are_kept_with_their_events_and_survive_their_segment(layout: Layout) -> None:
    with Appender(layout, clock=lambda: NOON) as appender:
        appender.submit([], marks={"a": "1", "b": "1"}).result()
        appender.submit(rows(1), marks={"a": "2"}).result()
        assert appender.mark("a") == "2"
    with Appender(layout, clock=lambda: NOON + 30 * HOUR) as appender:
        appender.submit(rows(2)).result()
    log = SegmentedLog(layout)
    log.commit(COMPACTION, log.end())
    assert len(log.retire(NOON + 40 * DAY)) == 1
    with Appender(layout) as appender:
        assert (appender.mark("a"), appender.mark("b"), appender.mark("c")) == ("2", "1", None)


def test_readers_remember_how_far_they_came_and_never_go_back(layout: Layout) -> None:
    log = SegmentedLog(layout)
    assert log.offset("detector") == 0
    for offset, expected in ((3, 3), (1, 3), (8, 8)):
        log.commit("detector", offset)
        assert SegmentedLog(layout).offset("detector") == expected
    log.commit("other", 0)
    assert [(reader.name, reader.position) for reader in log.readers()] == [("detector", 8), ("other", 0)]
    log.dismiss("detector")
    assert log.offset("detector") == 0


def test_offsets_go_on_after_the_segments_were_lost(layout: Layout) -> None:
    one_each(layout, NOON, NOON)
    SegmentedLog(layout).commit("detector", 2)
    for segment in segments.segments(layout.log):
        segments.remove(segment.path)
    one_each(layout, NOON)
    assert told(SegmentedLog(layout), 2) == ["1"]


@settings(max_examples=40)
@given(
    compacted=st.integers(0, 4),
    detected=st.integers(0, 4),
    known=st.booleans(),
    hours=st.integers(0, 60),
    data=st.data(),
)
def test_retention_deletes_what_everyone_read_and_nothing_else(
    compacted: int, detected: int, known: bool, hours: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(0, 30))
    with temporary_folder() as folder:
        layout = Layout(folder)
        one_each(layout, NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR)
        log = SegmentedLog(layout)
        if known:
            log.commit(COMPACTION, compacted)
        log.commit("detector", detected)
        gone = log.retire(NOON + hours * HOUR, keep=keep * HOUR, patience=1 << 62)
        read = min(compacted if known else 0, detected)
        assert len(gone) == max(0, min(read, 3, hours - keep))
        assert told(log) == [str(number) for number in range(len(gone) + 1, 5)]
        assert len([path for path in layout.log.iterdir() if ".sqlite" in path.name]) == 4 - len(gone)


def test_a_reader_that_was_given_up_is_not_waited_for_but_the_compaction_is(layout: Layout) -> None:
    one_each(layout, NOON, NOON + HOUR, NOON + 2 * HOUR)
    log = SegmentedLog(layout)
    log.commit("detector", 1)
    log.commit(COMPACTION, 2)
    far = log.readers()[0].moved + 8 * DAY
    assert [segment.first for segment in log.retire(far, patience=9 * DAY)] == [1]
    assert [segment.first for segment in log.retire(far)] == [2]


def test_waiting_ends_when_something_arrives(layout: Layout) -> None:
    with Appender(layout) as appender:
        assert not appender.log.wait(0, 0.01)
        timer = threading.Timer(0.05, lambda: appender.submit(rows(1)))
        timer.start()
        assert appender.log.wait(0, 30)
        timer.join()
        assert not appender.log.wait(1, 0)


def test_waiting_goes_on_into_the_next_segment(layout: Layout) -> None:
    one_each(layout, NOON)
    timer = threading.Timer(0.05, lambda: one_each(layout, NOON + HOUR))
    timer.start()
    assert SegmentedLog(layout).wait(1, 30)
    timer.join()


def test_a_damaged_segment_is_said_in_a_sentence(layout: Layout) -> None:
    one_each(layout, NOON)
    (segment,) = segments.segments(layout.log)
    segment.path.write_bytes(b"no database" * 1000)
    with pytest.raises(FootfallError, match=r"cannot be read .*footfall doctor"):
        list(SegmentedLog(layout).read(0))
    with pytest.raises(FootfallError, match="cannot be read"):
        Appender(layout)


READER = """
import sys
from pathlib import Path
from footfall.embedded.event_log import SegmentedLog
from footfall.layout import Layout
log, after, wanted = SegmentedLog(Layout(Path(sys.argv[1]))), 0, int(sys.argv[2])
ids = []
while len(ids) < wanted and log.wait(after, 60):
    for after, events in log.read(after):
        found = events["event_id"].to_pylist()
        assert len(found) % 7 == 0, "half a submission was seen"
        ids += found
print(*ids)
"""


def test_another_process_reads_whole_commits_while_they_are_made(layout: Layout) -> None:
    command = [sys.executable, "-c", READER, str(layout.home), str(7 * 60)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader, Appender(layout) as appender:
        for turn in range(60):
            appender.submit(rows(*(f"{turn}.{i}" for i in range(7)))).result()
        output, _ = reader.communicate(timeout=120)
    assert reader.returncode == 0
    assert output.split() == [f"{turn}.{i}" for turn in range(60) for i in range(7)]


def test_a_draft_of_a_segment_is_no_segment(layout: Layout) -> None:
    layout.log.mkdir(parents=True)
    draft = segments.create(layout.log, 1, "2024-05-01T12", {}).path.rename(layout.log / "0000000000000001-x.draft")
    assert Path(draft).exists()
    assert segments.segments(layout.log) == []
    one_each(layout, NOON)
    assert told(SegmentedLog(layout)) == ["1"]


def test_a_submission_knows_its_size() -> None:
    assert Submission([1, 2], 0).size == 2
    assert Submission(pa.table({"a": [1, 2, 3]}), 0).size == 3


def test_what_a_killed_retention_left_beside_a_segment_goes(layout: Layout) -> None:
    one_each(layout, NOON)
    left = layout.log / "0000000000000000-2024-05-01T11.sqlite-wal"
    left.touch()
    (layout.log / "0000000000000009-2024-05-01T11.draft-wal").touch()
    SegmentedLog(layout).retire(NOON)
    assert not left.exists()
    one_each(layout, NOON + HOUR)
    assert {path.suffix for path in layout.log.iterdir()} == {"", ".db", ".sqlite"} - {".db"}
