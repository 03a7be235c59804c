"""The seeded store that engines are compared on: attacked, with duplicates, late events, money, a change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from footfall.conformance.result import Progress
from footfall.detect.relation import relation
from footfall.embedded import demo, run
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.replay import lake_events
from footfall.event import arrow_schema
from footfall.ingest.source import Source
from footfall.simulate import Store, write

ZONE = "Europe/Berlin"
RAW = "raw"
"""The folder, in the home, of the files that the lake was given."""
AFTER = date(2025, 10, 27)
"""The day after clocks in Berlin are set back: the store's last day has 25 hours."""
REPEATED = 50
"""One event in so many is sent again."""
FASTER = 80
"""So many times as fast the stream of two days runs past the rules, that windows of minutes fill."""
WHOLE = 7
"""One event in so many falls on a whole second, the edge of a window among them."""


def made(home: Path, days: int, visitors: int, seed: int, progress: Progress) -> EmbeddedLake:
    """A store's lake, watched and built.

    Args:
        home: a new folder.
        days: until the last day, whose clocks are set back; the last two are attacked.
        visitors: a day.
        seed: another seed is another store.
        progress: told what is done next.
    """
    home.mkdir(parents=True)
    (home / "footfall.toml").write_text(f'[store]\ntimezone = "{ZONE}"\n')
    lake = run.open_lake(home)
    store = Store(days=days, visitors=visitors, seed=seed, start=AFTER - timedelta(days), zone=ZONE)
    (home / RAW).mkdir()
    progress(f"a store of {days} days")
    write(home / "store.parquet", store, demo.population(store))
    file = (home / "store.parquet").rename(home / RAW / "store.parquet")
    for source in (file, _again(file)):
        run.ingest_source(lake, Source(str(source)), None, lambda *_: None)
    run.build(lake, lambda *_: None)
    progress("the guard's verdicts")
    demo.watch(lake, demo.attacked(store)[0], lambda *_: None)
    run.build(lake, lambda *_: None)
    return lake


def stream(lake: EmbeddedLake) -> pa.Table:
    """The events of the days under attack as rules see them, in order of arrival, :data:`FASTER`."""
    since = max(lake.days()) - timedelta(1)
    parts = [relation(part) for part in (*lake_events(lake, since), _masks(since))]
    events = pa.concat_tables(parts).unify_dictionaries()
    times = events["event_time"].to_numpy()
    lags = events["received_at"].to_numpy() - times
    first = times.min()
    fast = first + (times - first) // FASTER
    fast -= (fast % WHOLE == 0) * (fast % 1000)
    for name, values in (("event_time", fast), ("received_at", fast + lags)):
        events = events.set_column(events.schema.get_field_index(name), name, pa.array(values))
    return events.take(pc.sort_indices(events, sort_keys=[("received_at", "ascending")])).combine_chunks()


def _masks(day: date) -> pa.Table:
    """An address that is another visit with every request: an attack that the simulator does not know."""
    began = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    rows = [
        {
            "event_time": began + timedelta(minutes=number),
            "event_type": "view",
            "product_id": "1",
            "user_session": f"mask-{number}",
            "ip": "192.0.2.1",
            "user_agent": "curl/8",
        }
        for number in range(60)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema())


def _again(file: Path) -> Path:
    """A file of events that are sent twice."""
    events = pq.read_table(file)
    path = file.with_name("again.parquet")
    pq.write_table(events.take(pa.array(range(0, len(events), REPEATED))), path)
    return path
