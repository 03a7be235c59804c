"""The event log's laws: what was acknowledged is read once, in order, by anyone, until everyone has read it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.embedded import segments
from footfall.embedded.appender import Appender
from footfall.embedded.event_log import HOUR, SegmentedLog
from footfall.event import arrow_schema
from footfall.layout import Layout
from footfall.ports import BusyError, DeadLetter, FootfallError, Receipt
from tests.conformance.event_log import EventLogLaws, Log
from tests.conftest import event, temporary_folder
from tests.embedded.logs import NOON, one_each, rows, told


@pytest.fixture
def layout() -> Iterator[Layout]:
    """A home of its own."""
    with temporary_folder() as folder:
        yield Layout(folder / "home")


@pytest.fixture
def log(layout: Layout) -> Iterator[Log]:
    """A log of its own."""
    with Appender(layout) as appender:
        yield Log(lambda rows: appender.submit(rows).result(), lambda: SegmentedLog(layout))


class TestEmbedded(EventLogLaws):
    """The laws of every plane, on segments."""


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
