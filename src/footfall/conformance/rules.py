"""Every watch and every feed on every engine that reads them, over one stream, with bounds low enough to be passed."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.json import read_json

from footfall import rules
from footfall.conformance import engines
from footfall.conformance.result import Progress, Result
from footfall.conformance.rows import equal
from footfall.detect.arrivals import ALLOWED, Arrivals
from footfall.detect.compile import EVENTS, WINDOW_END
from footfall.detect.flink import events as flink_events
from footfall.detect.flink import feed_statement, watch_statements
from footfall.detect.pulse import Pulse
from footfall.detect.windows import Found, Oracle, Panes, Windows
from footfall.rules import Feed, Watch

BATCH = 5_000
"""Events handed over at a time."""
LOWER = 15
"""Bounds are divided by so much: as they stand, a handful of rows would pass for a proof."""
TOGETHER = 8
"""Watches that Flink runs side by side."""
FLINK = {
    "parallelism.default": "1",
    "taskmanager.numberOfTaskSlots": "1",
    "taskmanager.memory.process.size": "3g",
    "table.local-time-zone": "UTC",
    "pipeline.object-reuse": "true",
    "rest.bind-address": "127.0.0.1",
}

Tables = Mapping[str, pa.Table]
"""By watch or feed, what was found in all windows."""


def lowered(watch: Watch) -> Watch:
    """The watch with bounds that a handful of events can pass."""
    head, _, having = watch.text.rpartition("HAVING")
    having = re.sub(r">= (\d+)(?! \*)", lambda match: f">= {max(1, int(match[1]) // LOWER)}", having)
    gate = re.sub(r">= \d+( \+)?", lambda match: ">= 0 +" if match[1] else ">= 1", watch.gate)
    return replace(watch, text=f"{head}HAVING{having}", gate=gate)


def compare(events: pa.Table, chosen: Sequence[str], folder: Path, progress: Progress) -> Iterator[Result]:
    """Compares what engines find in a stream with what the embedded engine finds.

    Args:
        events: the relation, in order of arrival.
        chosen: engines; those that read no rules are left out.
        folder: for what they write.
        progress: told what is done next.
    """
    watches = [lowered(watch) for rule in rules.rules().values() for watch in rule.watches]
    feeds = rules.feeds()
    progress("rules on the embedded engine")
    own = embedded(watches, feeds, events)
    for engine in chosen:
        if engine not in _RUN:
            continue
        progress(f"rules on {engine}")
        theirs = _RUN[engine](watches, feeds, events, folder / f"{engine}-rules")
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            for name, table in own.items():
                connection.register("theirs", theirs[name])
                yield Result(name, engine, *equal(connection, table, "theirs"))


def embedded(watches: Sequence[Watch], feeds: Mapping[str, Feed], events: pa.Table) -> Tables:
    """What the embedded engine finds in a stream, given in order of arrival."""
    return {**_found(Panes(watches), watches, events), **_pulse(feeds, events)}


def _found(engine: Windows, watches: Sequence[Watch], events: pa.Table) -> Tables:
    """All that an engine finds."""
    arrivals, found = Arrivals(), list[Found]()
    for start in range(0, len(events), BATCH):
        on_time = arrivals.take(events.slice(start, BATCH))
        found += engine.feed(on_time, arrivals.watermark)
    found += engine.flush()
    tables = defaultdict(list)
    for each in found:
        tables[each.watch.id].append(each.table)
    return {watch.id: pa.concat_tables(tables[watch.id]) if tables[watch.id] else _none(watch) for watch in watches}


def _none(watch: Watch) -> pa.Table:
    return pa.table({name: pa.array([], pa.int64()) for name in (*watch.key, WINDOW_END)})


def _on_time(events: pa.Table) -> pa.Table:
    return Arrivals().take(events)


def _pulse(feeds: Mapping[str, Feed], events: pa.Table) -> Tables:
    """What each window of each feed adds up to."""
    pulse = Pulse(feeds)
    rows = [*pulse.feed(_on_time(events), -1), *pulse.flush()]
    return {name: pa.concat_tables([table for feed, _, table in rows if feed == name]) for name in feeds}


def _on_duckdb(watches: Sequence[Watch], feeds: Mapping[str, Feed], events: pa.Table, _folder: Path) -> Tables:
    """The texts as they stand, window by window."""
    return {**_found(Oracle(watches), watches, events), **{name: _told(feeds[name], events) for name in feeds}}


def _told(feed: Feed, events: pa.Table) -> pa.Table:
    events = _on_time(events)
    ends = pc.add(pc.multiply(pc.divide(events["event_time"], feed.size), feed.size), feed.size)
    parts = []
    with duckdb.connect(config={"threads": 1}) as connection:
        for end in pc.unique(ends).to_pylist():
            connection.register(EVENTS, events.filter(pc.equal(ends, end)))
            parts.append(connection.sql(f"SELECT *, {end} AS {WINDOW_END} FROM ({feed.text})").to_arrow_table())
    return _busy(pa.concat_tables(parts, promote_options="permissive"))


def _busy(rows: pa.Table) -> pa.Table:
    """Without the row of a dimension that nothing belongs to, which an ungrouped SELECT gives on some engines."""
    return rows.filter(pc.greater(rows["members"], 0)) if "members" in rows.schema.names else rows


def _on_flink(watches: Sequence[Watch], feeds: Mapping[str, Feed], events: pa.Table, folder: Path) -> Tables:
    folder.mkdir()
    stream = folder / "events.json.gz"
    with gzip.open(stream, "wb", compresslevel=1) as file:
        for batch in events.to_batches(BATCH):
            file.write(msgspec.json.Encoder().encode_lines(batch.to_pylist()))
    statements: dict[str, tuple[str, ...]] = {watch.id: watch_statements(watch) for watch in watches}
    statements |= {name: (feed_statement(feed),) for name, feed in feeds.items()}
    jobs = [_job(name, statement, folder / "out" / name) for name, statement in statements.items()]
    options = {"connector": "filesystem", "path": str(stream), "format": "json"}
    plan = {"settings": FLINK, "source": flink_events(options, ALLOWED), "jobs": jobs, "together": TOGETHER}
    engines.run_plan("flink", "on_flink.py", plan, folder)
    return {job["name"]: _read(Path(job["out"])) for job in jobs}


def _job(name: str, statements: Iterable[str], out: Path) -> dict[str, Any]:
    *views, query = statements
    return {"name": name, "views": views, "query": query, "out": str(out)}


def _read(folder: Path) -> pa.Table:
    """The rows that Flink wrote; a window's end in UTC ms."""
    files = [path for path in folder.glob("*") if path.stat().st_size]
    if not files:
        return pa.table({WINDOW_END: pa.array([], pa.int64())})
    rows = pa.concat_tables([read_json(path) for path in files], promote_options="permissive")
    ends = rows[WINDOW_END].cast(pa.timestamp("ms")).cast(pa.int64())
    return rows.set_column(rows.schema.get_field_index(WINDOW_END), WINDOW_END, ends)


_Run = Callable[[Sequence[Watch], Mapping[str, Feed], pa.Table, Path], Tables]
_RUN: dict[str, _Run] = {"duckdb": _on_duckdb, "flink": _on_flink}
