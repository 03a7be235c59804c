"""The event log's laws: what was acknowledged is read once, in order, by anyone, until everyone has read it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.embedded import segments
from footfall.embedded.appender import Appender
from footfall.embedded.event_log import COMPACTION, DAY, HOUR, SegmentedLog
from footfall.event import arrow_schema
from footfall.ingest.intake import Submission
from footfall.layout import Layout
from footfall.ports import BusyError, DeadLetter, FootfallError, Receipt
from tests.conftest import event, temporary_folder

NOON = 1_714_564_800_000_000
"""2024-05-01, 12:00 UTC."""


def told(log: SegmentedLog, after: int = 0) -> list[str]:
    """The ids of the events after an offset."""
    return [text for _, events in log.read(after) if events.num_rows for text in events["event_id"].to_pylist()]


def rows(*ids: object) -> list[dict[str, Any]]:
    """An event for each id."""
    return [event("2024-05-01T12:00:00Z", event_id=str(name)) for name in ids]


@pytest.fixture
def layout() -> Iterator[Layout]:
    """A home of its own."""
    with temporary_folder() as folder:
        yield Layout(folder / "home")


def one_each(layout: Layout, *moments: int) -> None:
    """Appends one batch at each moment; its event's id is the batch's number from 1."""
    for number, moment in enumerate(moments, 1):
        with Appender(layout, clock=lambda moment=moment: moment) as appender:  # type: ignore[misc]
            appender.submit(rows(number)).result()


@settings(max_examples=15)
@given(sizes=st.lists(st.integers(0, 40), max_size=12), at_once=st.integers(1, 60))
def test_what_is_acknowledged_is_read_once_in_the_order_of_offsets(sizes: list[int], at_once: int) -> None:
    with temporary_folder() as folder:
        layout = Layout(folder)
        with Appender(layout, at_once=at_once) as appender:
            futures = [appender.submit(rows(*(f"{n}.{i}" for i in range(size)))) for n, size in enumerate(sizes)]
            receipts = [future.result() for future in futures]
        log = SegmentedLog(layout)
        offsets = [offset for offset, _ in log.read(0)]
        assert offsets == list(range(1, log.end() + 1))
        assert [receipt.events for receipt in receipts] == sizes
        assert sorted(receipt.offset for receipt in receipts) == [receipt.offset for receipt in receipts]
        assert sorted(told(log)) == sorted(f"{n}.{i}" for n, size in enumerate(sizes) for i in range(size))
        for n, receipt in enumerate(receipts):
            batch = next((events for offset, events in log.read(receipt.offset - 1, 1)), None) if sizes[n] else None
            assert {f"{n}.{i}" for i in range(sizes[n])} <= set(batch["event_id"].to_pylist() if batch else [])


def test_events_come_back_as_they_were_told(layout: Layout) -> None:
    row = event("2024-05-01T14:00:00.5+02:00", price=1250, quantity=2, extra={"b": [1], "a": "ü"}, brand="Ünï")
    with Appender(layout, clock=lambda: NOON) as appender:
        appender.submit([row]).result()
    ((_, events),) = SegmentedLog(layout).read(0)
    (back,) = events.to_pylist()
    moment = datetime(2024, 5, 1, 12, tzinfo=UTC)
    wanted = {**row, "event_time": moment.replace(microsecond=500_000), "received_at": moment}
    assert back == {**wanted, "extra": '{"a":"ü","b":[1]}'}
    assert [field for field in arrow_schema() if field.name in back] == [
        field.with_nullable(field.name not in ("event_time", "event_type")) for field in events.schema
    ]


def test_a_client_does_not_say_when_it_was_heard(layout: Layout) -> None:
    with Appender(layout, clock=lambda: NOON) as appender:
        appender.submit([*rows(1), event("2024-05-01T12:00:00Z", received_at="1999-01-01T00:00:00Z")]).result()
        appender.submit(rows(2), received_at=NOON + 7).result()
    heard = [
        t for _, events in SegmentedLog(layout).read(0) for t in events["received_at"].cast(pa.int64()).to_pylist()
    ]
    assert heard == [NOON, NOON, NOON + 7]


def test_many_threads_share_commits(layout: Layout) -> None:
    with Appender(layout) as appender:
        receipts: list[Receipt] = []

        def client(name: int) -> None:
            receipts.extend(appender.submit(rows(f"{name}.{turn}")).result() for turn in range(40))

        threads = [threading.Thread(target=client, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log = appender.log
        assert sorted(told(log)) == sorted(f"{name}.{turn}" for name in range(8) for turn in range(40))
        assert log.end() == len({receipt.offset for receipt in receipts}) < len(receipts)


def test_a_bad_row_is_a_dead_letter_and_its_neighbours_are_stored(layout: Layout) -> None:
    with Appender(layout) as appender:
        bad = [event("never", event_id="b"), {**event("2024-05-01"), "price": "dear"}, 7, event("2024", brand="\ud800")]
        futures = [
            appender.submit(rows("a") + bad[:1] + rows("c"), source="shop"),
            appender.submit(rows("d"), letters=[DeadLetter("gate", 4, "too long", "x\ud800")]),
            appender.submit(bad),
            appender.submit(rows("e")),
        ]
        receipts = [future.result() for future in futures]
    assert [(receipt.events, receipt.dead) for receipt in receipts] == [(2, 1), (1, 1), (0, 4), (1, 0)]
    log = SegmentedLog(layout)
    assert sorted(told(log)) == ["a", "c", "d", "e"]
    letters = list(log.letters(0, log.end()))
    assert sorted((letter.source, letter.line, letter.reason) for letter in letters) == [
        ("collector", 1, "event_time: not a time"),
        ("collector", 2, "price: not money"),
        ("collector", 3, "not a JSON object"),
        ("collector", 4, "brand: not text"),
        ("gate", 4, "too long"),
        ("shop", 2, "event_time: not a time"),
    ]
    assert [letter.row for letter in letters if letter.source == "gate"] == ["x?"]


def test_a_table_that_cannot_be_an_event_fails_alone(layout: Layout) -> None:
    with Appender(layout) as appender:
        holding = appender._ready
        with holding:
            futures: list[Future[Receipt]] = [appender.submit(rows("a"))]
            futures.append(appender.submit(pa.table({"event_time": pa.array([[1]]), "event_type": ["view"]})))
            futures.append(appender.submit(rows("b")))
        assert futures[0].result().events == futures[2].result().events == 1
        with pytest.raises(Exception, match=r"cast|supported|list"):
            futures[1].result()
    assert sorted(told(SegmentedLog(layout))) == ["a", "b"]


def test_too_much_waiting_is_refused_and_nothing_of_it_kept(layout: Layout) -> None:
    with Appender(layout, most_rows=3, most_bytes=100) as appender:
        with appender._ready:
            kept = [appender.submit(rows(1, 2)), appender.submit(rows(3), size=90)]
            with pytest.raises(BusyError):
                appender.submit(rows(4))
        for future in kept:
            future.result()
        assert appender.waiting == 0
        with appender._ready:
            kept = [appender.submit(rows(5), size=90)]
            with pytest.raises(BusyError):
                appender.submit(rows(6), size=11)
        kept[0].result()
    assert sorted(told(SegmentedLog(layout))) == ["1", "2", "3", "5"]


def test_a_submission_larger_than_all_that_may_wait_is_taken_when_nothing_waits(layout: Layout) -> None:
    with Appender(layout, most_rows=3, at_once=2) as appender:
        assert appender.submit(rows(*range(10))).result().events == 10


def test_closing_writes_what_waits_and_takes_no_more(layout: Layout) -> None:
    appender = Appender(layout)
    futures = [appender.submit(rows(n)) for n in range(50)]
    appender.close()
    assert all(future.done() for future in futures)
    with pytest.raises(FootfallError, match="closed"):
        appender.submit(rows(1))
    assert len(told(SegmentedLog(layout))) == 50


def test_a_log_has_one_writer(layout: Layout) -> None:
    with Appender(layout), pytest.raises(FootfallError, match="Another process"):
        Appender(layout)
    Appender(layout).close()


def test_an_hour_is_a_segment_and_a_clock_put_back_stays_in_the_newest(layout: Layout) -> None:
    one_each(layout, NOON, NOON + HOUR - 1, NOON + HOUR, NOON + 5, NOON + 2 * HOUR)
    names = [segment.path.name for segment in segments.segments(layout.log)]
    assert names == [f"{first:016d}-2024-05-01T{hour}.sqlite" for first, hour in ((1, 12), (3, 13), (5, 14))]
    log = SegmentedLog(layout)
    for after in range(6):
        assert told(log, after) == [str(number) for number in range(after + 1, 6)]
        assert [offset for offset, _ in log.read(after, 2)] == list(range(after + 1, 6))[:2]


def test_an_open_log_goes_on_to_the_next_hour(layout: Layout) -> None:
    moments = iter([NOON, NOON, NOON + HOUR, NOON + HOUR, NOON + 3 * HOUR, NOON + 3 * HOUR])
    with Appender(layout, clock=lambda: next(moments)) as appender:
        offsets = [appender.submit(rows(n), marks={"file": str(n)}).result().offset for n in range(3)]
        assert offsets == [1, 2, 3]
    assert [segment.first for segment in segments.segments(layout.log)] == [1, 2, 3]


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
