"""The embedded lake: imports of any size and order into one tidy file a day."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b, file_digest
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from footfall.config import Settings
from footfall.embedded.table import Draft, Table, sync, write
from footfall.ingest.day import REPEATING, split, tidy
from footfall.layout import EVENT_KEY, Layout
from footfall.ports import Counts, DayFile, DeadLetter, FootfallError


class EmbeddedLake:
    """The lake under a home directory."""

    def __init__(self, layout: Layout, settings: Settings) -> None:
        self.layout = layout
        self.settings = settings
        self.table = Table(layout.events, EVENT_KEY)

    def days(self) -> Mapping[date, DayFile]:
        """The live file of every day."""
        return self.table.days()

    def read(self, day: date, columns: list[str] | None = None) -> pa.Table:
        """Some columns of one day (all by default), in the lake's order."""
        return read_day(self.table.path(self.days()[day]), columns)

    def writer(self, pool: Executor) -> Import:
        """Begins an import whose sorting and writing runs on ``pool``."""
        return Import(self, pool)

    def keep_zone(self) -> None:
        """Holds on to the zone in which the lake's days are cut.

        Raises:
            FootfallError: the settings name another zone than the lake was begun in.
        """
        zone, path = self.settings.store.timezone, self.layout.zone
        begun_in = path.read_text().strip() if path.exists() else ""
        if begun_in not in ("", zone):
            raise FootfallError(
                f"The days under {self.layout.home} are cut in {begun_in} and the settings now say {zone}; "
                "set store.timezone back, or bring the files into a new home."
            )
        if not begun_in:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{zone}\n")


def data_until(lake: EmbeddedLake) -> int:
    """The latest event of the lake, in epoch milliseconds; 0 for an empty one."""
    days = lake.days()
    if not days:
        return 0
    metadata = pq.read_metadata(lake.table.path(days[max(days)]))
    place = metadata.schema.names.index("event_time")
    groups = range(metadata.num_row_groups)
    return int(max(metadata.row_group(index).column(place).statistics.max_raw for index in groups) // 1000)


def read_day(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A day's file with repeating texts as dictionaries."""
    return pq.read_table(path, columns=columns, read_dictionary=sorted(REPEATING), partitioning=None, use_threads=False)


@dataclass
class _Day:
    """What an import holds of one day: rows in memory, runs written out, and when it was last added to."""

    parts: list[pa.Table] = field(default_factory=list)
    runs: list[Future[Draft]] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    touched: int = 0


class Import:
    """One import into the embedded lake: see ``ports.LakeWriter``."""

    def __init__(self, lake: EmbeddedLake, pool: Executor) -> None:
        self._lake = lake
        self._zone: ZoneInfo = lake.settings.store.zone
        self._budget = lake.settings.engine.memory_mb << 20
        self._pool = pool
        self._days: defaultdict[date, _Day] = defaultdict(_Day)
        self._held = self._added = self._clock = self._dead = 0
        lake.layout.work.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="import-", dir=lake.layout.work))
        self._letters = (self._folder / "dead.jsonl").open("wb")
        self._encoder = msgspec.json.Encoder()

    def __enter__(self) -> Import:
        return self

    def __exit__(self, *_: object) -> None:
        self._letters.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, events: pa.Table) -> None:
        """Takes typed events of any days, in any order."""
        self._clock += 1
        self._added += events.num_rows
        for day, rows in split(events, self._zone).items() if events.num_rows else ():
            held = self._days[day]
            held.parts.append(rows)
            held.rows += rows.num_rows
            held.bytes += rows.nbytes
            held.touched = self._clock
            self._held += rows.nbytes
        while self._held > self._budget:
            self._write_out()

    def refuse(self, letters: Iterable[DeadLetter]) -> None:
        """Takes rows that were refused."""
        for letter in letters:
            self._dead += 1
            self._letters.write(self._encoder.encode(letter) + b"\n")

    def commit(self) -> Counts:
        """Makes every day visible and durable at once."""
        live = self._lake.days()
        drafts = {day: self._pool.submit(self._finish, day, held, live.get(day)) for day, held in self._days.items()}
        changed: dict[date, DayFile | None] = {}
        for day, draft in drafts.items():
            changed[day] = self._lake.table.place(draft.result(), day)
        self._keep_letters()
        self._lake.table.commit(changed)
        before = sum(live[day].rows for day in changed if day in live)
        stored = sum(file.rows for file in changed.values() if file) - before
        return Counts(self._added + self._dead, stored, self._added - stored, self._dead)

    def _write_out(self) -> None:
        """Writes the day that has been quiet longest out as a sorted run, to give its memory back."""
        day = min((d for d in self._days if self._days[d].parts), key=lambda d: self._days[d].touched)
        held = self._days[day]
        for run in held.runs[:-1]:
            run.result()
        held.runs.append(self._pool.submit(self._draft, f"{day}-{len(held.runs)}", held.parts))
        self._held -= held.bytes
        held.parts, held.bytes = [], 0

    def _draft(self, name: str, parts: list[pa.Table]) -> Draft:
        tidied, _ = tidy(parts, self._zone)
        parts.clear()
        return write(tidied, self._folder / f"{name}.parquet")

    def _finish(self, day: date, held: _Day, live: DayFile | None) -> Draft:
        runs = [run.result() for run in held.runs]
        if len(runs) == 1 and not held.parts and not live:
            return runs[0]
        paths = [run.path for run in runs] + ([self._lake.table.path(live)] if live else [])
        parts, held.parts = held.parts, []
        return self._draft(f"{day}-whole", parts + [read_day(path) for path in paths])

    def _keep_letters(self) -> None:
        """Keeps refused rows under the name of their content, so that a file imported twice leaves them once."""
        self._letters.close()
        if self._dead:
            draft = Path(self._letters.name)
            with draft.open("rb") as letters:
                name = file_digest(letters, lambda: blake2b(digest_size=8)).hexdigest()
            self._lake.layout.dead_letters.mkdir(parents=True, exist_ok=True)
            sync(draft)
            draft.replace(self._lake.layout.dead_letters / f"{name}.jsonl")
