"""Events of the past shown to a fresh guard: a file and the lake say the same, in order of arrival."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from footfall.config import Settings
from footfall.embedded.backtest import backtest
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.replay import Replay, file_events, lake_events
from footfall.embedded.run import ingest_source, open_lake
from footfall.ingest.source import Source
from footfall.simulate import Store, scenario, simulate


def attacked(folder: Path) -> Path:
    """A file of a small day with a flood."""
    store = Store(days=1, visitors=40, seed=5, zone="UTC")
    events = pa.concat_tables([day for _, day in simulate(store, scenario(store, 5, ("naive_flood",)))])
    pq.write_table(events, folder / "day.parquet")
    return folder / "day.parquet"


def taken(folder: Path) -> tuple[EmbeddedLake, Path]:
    """A lake that holds the file."""
    file, lake = attacked(folder), open_lake(folder / "home", Settings())
    ingest_source(lake, Source(str(file)), None, lambda _rows, _position: None)
    return lake, file


def test_the_lake_gives_its_events_in_order_of_arrival(tmp_path: Path) -> None:
    lake, file = taken(tmp_path)
    arrived = pa.concat_tables(list(lake_events(lake)))["received_at"].to_pylist()
    assert arrived == sorted(arrived)
    assert len(arrived) == pq.read_metadata(file).num_rows


def test_a_backtest_says_what_a_replay_of_the_file_says(tmp_path: Path) -> None:
    lake, file = taken(tmp_path)
    with file_events(lake, Source(str(file)), None) as (events, letters):
        replayed = [alert for alert in Replay(lake).alerts(events) if alert.rule == "source_flood"]
    assert letters == []
    result = backtest(lake, "source_flood", None, None)
    assert result.alerts == replayed
    assert replayed
    assert (result.days, result.buyers) == (len(lake.days()), 0)
    assert result.events == pq.read_metadata(file).num_rows


def test_days_outside_are_left_out(tmp_path: Path) -> None:
    lake, _ = taken(tmp_path)
    day = min(lake.days())
    assert backtest(lake, "source_flood", None, day.replace(year=2000)).events == 0
