"""The archive of the Flink application itself, on Flink and on the emulator's streams: events in, signals out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from footfall import rules
from footfall.aws import release
from footfall.aws.event_log import pages, shards
from footfall.aws.records import records
from footfall.conformance import engines
from footfall.conformance.rules import embedded
from footfall.detect.arrivals import ALLOWED
from footfall.detect.copies import Copies
from footfall.detect.relation import milliseconds, relation
from footfall.embedded import demo
from footfall.simulate import Store, write
from tests.aws.application import Application

pytestmark = pytest.mark.engines
WATCHES = [watch for rule in rules.rules().values() for watch in rule.watches]
FASTER = 80
"""So many times as fast the simulated day runs, that windows of minutes fill."""
EACH = 4
"""One event in so many is taken."""
AHEAD = 3_600_000_000
"""Microseconds from now to the first event: the application's own beats come before all of them."""
PATIENCE = 600
GONE = WATCHES[0].id
"""A watch that a later release lacks; the operators of all others move up."""
BAD = {b"nonsense": "not JSON", b"[]": "not a JSON object", b'{"event_type": "view"}': "event_time: missing"}
Row = dict[str, Any]
_NUMBERS = count()


@dataclass
class Reader:
    """All records of a stream so far, shard by shard."""

    stream: str
    taken: list[Row] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def read(self) -> list[Row]:
        """What was taken, with what came since."""
        for shard in shards(self.stream):
            for page in pages(self.stream, shard, self._places.get(shard, 0)):
                self.taken += [json.loads(record.data) for record in page]
                self._places[shard] = page[-1].number
        return self.taken


@dataclass
class Running:
    """An application and its streams."""

    application: Application
    raw: str
    clean: Reader
    signals: Reader

    def put(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Puts records into ``raw`` in order."""
        for start in range(0, len(lines), 500):
            part = lines[start : start + 500]
            answer = boto3.client("kinesis").put_records(StreamName=self.raw, Records=part)
            assert answer["FailedRecordCount"] == 0

    def end(self) -> None:
        """Lets time pass on every shard, past all windows."""
        later = json.dumps({"beat": int(time.time() * 1000) + 24 * 3_600_000}).encode()
        for half in range(2):
            key = str(half << 127)
            self.put([{"Data": later, "PartitionKey": "beat", "ExplicitHashKey": key}])

    def until(self, asked: Any) -> None:
        """Waits until something holds, as long as the application runs."""
        end = time.monotonic() + PATIENCE
        while not asked():
            assert self.application.running(), self.application.log.read_text()[-4_000:]
            assert time.monotonic() < end, "nothing came"
            time.sleep(1)


@pytest.fixture(scope="module")
def archive() -> bytes:
    """What a release holds."""
    return release.flink()


@pytest.fixture
def running(request: pytest.FixtureRequest, emulator: str, archive: bytes, tmp_path: Path) -> Iterator[Running]:
    """The application, started, over streams of its own; ``raw`` has as many shards as the test says."""
    assert engines.installed("flink"), engines.INSTALL
    names = {name: f"{name}-{next(_NUMBERS)}" for name in ("raw", "clean", "signals")}
    for name, stream in names.items():
        boto3.client("kinesis").create_stream(StreamName=stream, ShardCount=request.param if name == "raw" else 1)
    folder = tmp_path / "application"
    folder.mkdir()
    application = Application(folder, emulator, names, archive)
    application.start()
    try:
        yield Running(application, names["raw"], Reader(names["clean"]), Reader(names["signals"]))
    finally:
        application.kill()


def attacked(folder: Path) -> pa.Table:
    """A day of a store under attack, as its collector will have judged it within the hour after the next."""
    store = Store(days=1, visitors=150, seed=5)
    write(folder / "day.parquet", store, demo.population(store))
    events = pq.read_table(folder / "day.parquet")
    events = events.take(np.arange(0, len(events), EACH))
    times = events["event_time"].cast(pa.int64()).to_numpy()
    lags = events["received_at"].cast(pa.int64()).to_numpy() - times
    fast = (times - times.min()) // FASTER + time.time_ns() // 1000 + AHEAD
    for name, values in (("event_time", fast), ("received_at", fast + lags)):
        place = events.schema.get_field_index(name)
        events = events.set_column(place, name, pa.array(values).cast(events.schema.field(name).type))
    return again(events).sort_by([("received_at", "ascending")])


def again(events: pa.Table) -> pa.Table:
    """Some events twice, as a client sends them that heard no answer, up to the moment at which they are on time."""
    copies = events.take(np.arange(0, len(events), 7))
    place = copies.schema.get_field_index("received_at")
    times, received = (copies[name].cast(pa.int64()).to_numpy() for name in ("event_time", "received_at"))
    latest = np.maximum(received, times + 1000 * ALLOWED)
    later = received + (latest - received) * (np.arange(len(copies)) % 5) // 4
    moved = pa.array(later).cast(copies.schema.field(place).type)
    return pa.concat_tables([events, copies.set_column(place, "received_at", moved)])


def late(events: pa.Table) -> int:
    """How many events are late."""
    lags = pc.subtract(milliseconds(events, "received_at"), milliseconds(events, "event_time"))
    return int(pc.sum(pc.greater(lags, ALLOWED)).as_py())


def expected(events: pa.Table) -> set[str]:
    """What the embedded engine says of the same events, as signals."""
    found = embedded(WATCHES, rules.feeds(), relation(Copies().without(events)))
    feeds = rules.feeds()
    kinds = {name: "feed" if name in feeds else "watch" for name in found}
    return {told({kinds[name]: name, **row}) for name, table in found.items() for row in table.to_pylist()}


def told(row: Row) -> str:
    """A row as a text that is the same for the same row."""
    return json.dumps(row, sort_keys=True)


def spoken(rows: Iterable[Row]) -> set[str]:
    """Signals of watches and feeds, each once: delivery is at least once."""
    return {told(row) for row in rows if {"watch", "feed"} & row.keys()}


def descents(rows: Iterable[Row]) -> int:
    """How often what is told goes back in time."""
    ends = [row.get("tick") or row["window_end"] for row in rows if "letter" not in row]
    return sum(after < before for before, after in pairwise(ends))


@pytest.mark.parametrize("running", [1], indirect=True)
def test_windows_close_though_nobody_comes_any_more(running: Running) -> None:
    """One shard for two tasks, one of which has none; behind the flood nothing is put."""
    page = {"event_type": "page", "user_session": "one", "ip": "203.0.113.9", "user_agent": "curl", "path": "/"}
    start = datetime.now(UTC).replace(microsecond=0)
    times = [(start + timedelta(milliseconds=10 * place)).isoformat() for place in range(600)]
    events = [page | {"event_time": time, "received_at": time} for time in times]
    lines = [*BAD, *(json.dumps(event).encode() for event in events)]
    running.put([{"Data": line, "PartitionKey": "one"} for line in lines])
    last = int(start.timestamp() * 1000) + 5_000 + 10_000
    running.until(lambda: last in {row.get("window_end") for row in found(running, "source_flood.burst")})
    assert {row["ip"] for row in found(running, "source_flood.burst")} == {"203.0.113.9"}
    letters = [row for row in running.signals.read() if "letter" in row]
    assert {row["row"].encode(): row["reason"] for row in letters} == BAD
    running.until(lambda: len(running.clean.read()) >= len(events))
    assert {told(row) for row in running.clean.taken} == {told(event | zulu(event)) for event in events}


def found(running: Running, watch: str) -> list[Row]:
    """What was told of a watch until now."""
    return [row for row in running.signals.read() if row.get("watch") == watch]


def zulu(event: Row) -> Row:
    """Its times as ``clean`` writes them."""
    names = ("event_time", "received_at")
    return {name: datetime.fromisoformat(event[name]).strftime("%Y-%m-%dT%H:%M:%S.%fZ") for name in names}


@pytest.mark.parametrize("running", [2], indirect=True)
def test_signals_are_the_embedded_engines_findings_though_it_is_killed_and_replaced(
    running: Running, tmp_path: Path
) -> None:
    """Killed, restored, killed, and replaced by a release that lacks a watch: all others say the same, in order of time
    but for what is told again, and events that come twice count once."""
    events = attacked(tmp_path)
    wanted, lines = expected(events), list(records(events))
    third = len(lines) // 3
    running.put(lines[:third])
    interrupted(running, len(wanted) // 50)
    running.put(lines[third : 2 * third])
    running.application.start()
    interrupted(running, len(wanted) // 50)
    running.put(lines[2 * third :])
    running.end()
    running.application.without(GONE)
    running.application.start()
    stay = {row for row in wanted if json.loads(row).get("watch") != GONE}
    running.until(lambda: len(staying(running)) >= len(stay))
    running.until(lambda: {row["event_id"] for row in running.clean.read()} >= set(events["event_id"].to_pylist()))
    assert staying(running) == stay
    assert spoken(running.signals.taken) <= wanted
    assert {row["event_id"] for row in running.clean.taken} == set(events["event_id"].to_pylist())
    assert len(running.clean.taken) < 1.5 * len(lines), "it began anew"
    assert descents(running.signals.taken) <= 2, "once a crash"
    minutes = {row["window_end"]: row["events"] for row in running.signals.taken if "late" in row}
    assert sum(minutes.values()) == late(events) > 0
    assert len({json.loads(row).get("watch", "").partition(".")[0] for row in stay}) > 10


def interrupted(running: Running, more: int) -> None:
    """Kills the application once it has said so much more, and has then kept its state once more."""
    enough = len(spoken(running.signals.read())) + more
    running.until(lambda: len(spoken(running.signals.read())) >= enough)
    before = running.application.checkpoint()
    running.until(lambda: running.application.checkpoint() not in ("", before))
    running.application.kill()


def staying(running: Running) -> set[str]:
    """What was said of all but the watch that went."""
    return spoken(row for row in running.signals.read() if row.get("watch") != GONE)
