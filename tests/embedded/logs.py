"""Event logs that many tests fill and read."""

from __future__ import annotations

from typing import Any

from footfall.embedded.appender import Appender
from footfall.embedded.event_log import SegmentedLog
from footfall.layout import Layout
from tests.conftest import event

NOON = 1_714_564_800_000_000
"""2024-05-01, 12:00 UTC."""


def told(log: SegmentedLog, after: int = 0) -> list[str]:
    """The ids of the events after an offset."""
    return [text for _, events in log.read(after) if events.num_rows for text in events["event_id"].to_pylist()]


def rows(*ids: object) -> list[dict[str, Any]]:
    """An event for each id."""
    return [event("2024-05-01T12:00:00Z", event_id=str(name)) for name in ids]


def one_each(layout: Layout, *moments: int) -> None:
    """Appends one batch at each moment; its event's id is the batch's number from 1."""
    for number, moment in enumerate(moments, 1):
        with Appender(layout, clock=lambda moment=moment: moment) as appender:  # type: ignore[misc]
            appender.submit(rows(number)).result()
