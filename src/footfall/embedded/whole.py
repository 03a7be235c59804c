"""The relation ``clean`` of all days at once, for engines that count over the whole history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb

from footfall.detect.spans import spans
from footfall.embedded import identity, midnight
from footfall.embedded.build import IDENTITIES
from footfall.embedded.clean import LakeDay, define_clean
from footfall.embedded.incident_store import standing_verdicts
from footfall.embedded.judged import Days, by_day
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.marts import EDGES
from footfall.embedded.views import define_view, reader
from footfall.ingest.carried import Edge, carried


def export_clean(lake: EmbeddedLake, path: Path) -> None:
    """Writes ``clean`` of a lake whose marts are built to a Parquet file."""
    with reader(lake.layout, lake.settings.engine.workers, EDGES) as connection:
        days = _days(lake, connection)
        if define_view(connection, lake.layout, IDENTITIES):
            links, _ = identity.resolve(connection)
            connection.register("links", links)
        define_clean(connection, days, None)
        connection.execute("COPY cleaned TO $path (FORMAT parquet)", {"path": str(path)})


def _days(lake: EmbeddedLake, connection: duckdb.DuckDBPyConnection) -> Sequence[LakeDay]:
    files = lake.days()
    near: Mapping[date, list[Edge]] = {day: [] for day in files}
    for day, *edge in connection.execute(midnight.MEETING).fetchall():
        near[day].append(Edge(*edge))
    over = carried(near)
    begins = partial(midnight.midnight, zone=lake.settings.store.zone)
    bounds = Days({day: (begins(day), begins(day + timedelta(1))) for day in files})
    judged = by_day(spans(standing_verdicts(lake.layout)), bounds)
    return [
        LakeDay(day, lake.table.path(file), file, over[day], judged.get(day, ())) for day, file in sorted(files.items())
    ]
