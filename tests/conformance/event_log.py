"""The laws of ``ports.EventLog``, for any plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from footfall.ports import EventLog
from tests.conftest import event


@dataclass(frozen=True)
class Log:
    """A log that holds nothing: its writing side, and the reading sides that one opens."""

    put: Callable[[Sequence[dict[str, Any]]], object]
    open: Callable[[], EventLog]

    def add(self, *ids: str) -> None:
        """Puts an event for each id, together."""
        self.put([event("2024-05-01T12:00:00Z", event_id=name) for name in ids])


def ids(log: EventLog, after: int = 0, limit: int | None = None) -> list[str]:
    """The ids of the events after an offset."""
    return [name for _, events in log.read(after, limit) for name in events["event_id"].to_pylist()]


class EventLogLaws:
    """A plane's test class derives from it and has the fixture ``log``."""

    def test_what_is_put_is_read_once_in_order(self, log: Log) -> None:
        log.add("a", "b")
        log.add("c")
        assert ids(log.open()) == ["a", "b", "c"]
        offsets = [offset for offset, _ in log.open().read(0)]
        assert offsets == sorted(set(offsets))
        assert all(offset > 0 for offset in offsets)

    def test_reading_goes_on_behind_an_offset(self, log: Log) -> None:
        log.add("a", "b")
        reader = log.open()
        *_, (last, _) = reader.read(0)
        assert ids(reader, last) == []
        log.add("c")
        assert ids(reader, last) == ["c"]
        assert ids(log.open(), last) == ["c"]

    def test_no_more_batches_than_are_wanted(self, log: Log) -> None:
        log.add("a")
        assert ids(log.open(), limit=0) == []
        assert len(list(log.open().read(0, 1))) == 1

    def test_columns_without_a_value_are_left_out(self, log: Log) -> None:
        log.add("a")
        ((_, events),) = log.open().read(0)
        assert {"event_id", "event_time", "event_type", "received_at"} <= set(events.column_names)
        assert "campaign" not in events.column_names

    def test_readers_remember_how_far_they_came_and_never_go_back(self, log: Log) -> None:
        assert log.open().offset("detector") == 0
        for offset, expected in ((3, 3), (1, 3), (10**50, 10**50) if self.large else (8, 8)):
            log.open().commit("detector", offset)
            assert log.open().offset("detector") == expected
        assert log.open().offset("other") == 0

    large = False
    """Whether offsets are as long as Kinesis' sequence numbers."""

    def test_waiting_ends_when_there_is_something_or_in_time(self, log: Log) -> None:
        reader = log.open()
        assert not reader.wait(0, 0.0)
        log.add("a")
        assert reader.wait(0, 5.0)
        *_, (last, _) = reader.read(0)
        assert not reader.wait(last, 0.1)
