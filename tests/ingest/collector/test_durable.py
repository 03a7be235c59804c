"""Over the real event log: what was answered with 200 is there for whoever opens the log anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from footfall.embedded.appender import Appender
from footfall.embedded.event_log import SegmentedLog
from footfall.layout import Layout
from tests.ingest.collector.conftest import served

CLIENTS, BATCHES, EVENTS = 8, 10, 20


def test_every_event_answered_is_in_the_log_once(tmp_path: Path) -> None:
    with Appender(Layout(tmp_path)) as log, served(sink=log) as collector:

        def send(client: int) -> int:
            answers = 0
            for number in range(BATCHES):
                events = [
                    {
                        "type": "page",
                        "messageId": f"{client}.{number}.{event}",
                        "userId": "u",
                        "timestamp": "2026-11-23T03:16:02Z",
                    }
                    for event in range(EVENTS)
                ]
                answers += collector.post("/v1/batch", {"batch": [*events, {"type": "bad"}]}).status_code == 200
            return answers

        with ThreadPoolExecutor(CLIENTS) as pool:
            assert sum(pool.map(send, range(CLIENTS))) == CLIENTS * BATCHES
        figures = collector.http.get("/metrics").text
    opened = SegmentedLog(Layout(tmp_path))
    ids = [identity for _, events in opened.read(0) for identity in events.column("event_id").to_pylist()]
    assert len(ids) == len(set(ids)) == CLIENTS * BATCHES * EVENTS
    assert len(list(opened.letters(0, opened.end()))) == CLIENTS * BATCHES
    assert f'footfall_collector_events_total{{dialect="segment"}} {len(ids)}' in figures
    assert f'footfall_collector_dead_letters_total{{dialect="segment"}} {CLIENTS * BATCHES}' in figures
