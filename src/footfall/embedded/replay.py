"""Events as the guard would have met them: a file's or the lake's, in order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from footfall.embedded.clean import open_connection, parquet
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.sentry import known_rules, new_guard
from footfall.event import NAMES, arrow_schema
from footfall.incident import Alert, Verdict
from footfall.ingest.formats import choose
from footfall.ingest.source import Source
from footfall.ports import DeadLetter, FootfallError, GuardChanges

BATCH = 20_000
"""Events handed over at a time."""


def lake_events(lake: EmbeddedLake, since: date | None = None, until: date | None = None) -> Iterator[pa.Table]:
    """The lake's events of some days, each day in order of arrival."""
    for day, file in sorted(lake.days().items()):
        if (since is None or day >= since) and (until is None or day <= until):
            yield from _in_order(lake, [lake.table.path(file)])


@contextmanager
def file_events(
    lake: EmbeddedLake, source: Source, forced: str | None
) -> Iterator[tuple[Iterator[pa.Table], list[DeadLetter]]]:
    """A file's events in order of arrival, and the rows that were refused; the lake itself is left alone.

    Raises:
        FootfallError: the source cannot be read, or holds no event.
    """
    lake.layout.work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=lake.layout.work) as folder:
        path = Path(folder) / "events.parquet"
        letters = _write(lake, source, forced, path)
        yield _in_order(lake, [path]), letters


def _write(lake: EmbeddedLake, source: Source, forced: str | None, path: Path) -> list[DeadLetter]:
    letters: list[DeadLetter] = []
    rows = 0
    with pq.ParquetWriter(path, arrow_schema(), compression="zstd") as writer:
        for task in choose(source, forced).tasks(source, lake.settings.store):
            checked = task.finish(task.run())
            letters += checked.letters
            rows += checked.events.num_rows
            writer.write_table(_plain(checked.events))
    if not rows:
        raise FootfallError(f"{source.name} holds no event.")
    return letters


def _plain(events: pa.Table) -> pa.Table:
    """Events with every column of the schema, none of them coded."""
    schema = arrow_schema()
    columns = [
        events[field.name].cast(field.type)
        if field.name in events.schema.names
        else pa.nulls(events.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _in_order(lake: EmbeddedLake, paths: Sequence[Path]) -> Iterator[pa.Table]:
    with open_connection(lake.settings.engine.workers, lake.layout.spill) as connection:
        query = f"""
            SELECT {", ".join(NAMES)} FROM {parquet(paths)}
            ORDER BY coalesce(received_at, event_time), event_time, user_session, event_type, product_id"""
        connection.execute("SET preserve_insertion_order = true")
        for batch in connection.sql(query).to_arrow_reader(BATCH):
            yield pa.Table.from_batches([batch])


class Replay:
    """A fresh guard shown events of the past.

    Attributes:
        verdicts: what it judged, by id.
    """

    def __init__(self, lake: EmbeddedLake) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self._guard = new_guard(known_rules(lake.layout))
        self._going: dict[str, Alert] = {}

    def alerts(self, events: Iterable[pa.Table]) -> Iterator[Alert]:
        """Each alert once, whole, in the order in which they end.

        Args:
            events: in order of arrival.
        """
        for batch in events:
            yield from self._ended(self._guard.feed(batch))
        yield from self._ended(self._guard.flush())
        yield from sorted(self._going.values(), key=lambda alert: (alert.first, alert.id))

    def _ended(self, changes: GuardChanges) -> Iterator[Alert]:
        self.verdicts.update({verdict.id: verdict for verdict in changes.verdicts})
        for _, alert in changes.alerts:
            if alert.ended is None:
                self._going[alert.id] = alert
            else:
                self._going.pop(alert.id, None)
                yield alert
