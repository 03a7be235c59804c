"""Bringing the marts up to date: only what changed is counted again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from hashlib import blake2b
from itertools import count, groupby
from operator import attrgetter
from pathlib import Path
from threading import local

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from footfall import insights, known_bots
from footfall.detect.spans import Span, spans
from footfall.embedded import history, identity, midnight
from footfall.embedded.changes import ChangeLog
from footfall.embedded.clean import LakeDay, choose_days, define_clean, judged_by, open_connection
from footfall.embedded.extend import extended
from footfall.embedded.incident_store import standing_verdicts
from footfall.embedded.judged import Days, by_day
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.marts import EDGES, mart, sweep
from footfall.embedded.table import Draft, write
from footfall.embedded.views import reader
from footfall.ingest.carried import Edge, carried
from footfall.insights import Query
from footfall.ports import DayFile

Progress = Callable[[int, int], None]
"""Called with the days counted so far and how many there are to count."""

BATCH = 16
"""Chunks between commits: the most that a killed build has to do again."""
IDENTITIES = "identities"
_by = attrgetter("day")


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did: days counted again, days in the lake, figures that verdicts restated."""

    counted: int
    days: int
    restated: int = 0


CHUNK = 500_000
"""Rows counted in one go: small days are counted together."""

Drafts = dict[tuple[str, date], Draft]
"""What a task made: a draft for each mart and day."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be counted of one day: marts by name, each with what it will have been made from."""

    day: date
    marts: Mapping[str, str]


def build(
    lake: EmbeddedLake, progress: Progress = lambda _done, _all: None, wanted: Collection[str] | None = None
) -> Report:
    """Brings every mart up to date with the lake, or only those named in ``wanted``.

    A day is counted again when its file, the sessions that run over its midnights, the users its visitors turned out
    to be, the lists of known bots, the verdicts or the SQL changed; a killed build goes on where its last commit was.
    """
    sweep(lake.layout)
    lake.layout.work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="build-", dir=lake.layout.work))
    try:
        return _Builder(lake, folder, wanted).run(progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Builder:
    """One run over a lake."""

    def __init__(self, lake: EmbeddedLake, folder: Path, wanted: Collection[str] | None = None) -> None:
        self._lake = lake
        self._files = dict(lake.days())
        self._folder = folder
        self._wanted = wanted
        self._workers = lake.settings.engine.workers
        self._own = local()
        self._names = count()
        self._links: pa.Table | None = None
        self._days: dict[date, LakeDay] = {}
        self._digests: dict[date, str] = {}
        self._judged: dict[date, tuple[Span, ...]] = {}

    def run(self, progress: Progress) -> Report:
        log = self._judge()
        self._count_all([Task(day, {EDGES: file.name}) for day, file in self._files.items()], self._count_edges)
        self._days = self._stitched()
        self._digests = self._identified()
        names = [name for name in insights.daily() if self._wants(name)]
        tasks = [Task(day, {name: self._made_from(name, day) for name in names}) for day in self._files]
        counted = self._count_all(tasks, self._count_clean, progress)
        self._count_history()
        return Report(counted, len(self._files), 0 if self._wanted else len(log.end()))

    def _judge(self) -> ChangeLog:
        """Reads the verdicts, and puts down the figures that they are about to change."""
        begins = partial(midnight.midnight, zone=self._lake.settings.store.zone)
        days = Days({day: (begins(day), begins(day + timedelta(1))) for day in self._files})
        verdicts = standing_verdicts(self._lake.layout)
        self._judged = by_day(spans(verdicts), days)
        log = ChangeLog(self._lake, verdicts, days)
        if not self._wanted:
            counted = {(day, file.made_from) for day, file in mart(self._lake.layout, EDGES).days().items()}
            log.begin({day for day, _ in counted ^ {(day, file.name) for day, file in self._files.items()}})
        return log

    def _count_history(self) -> None:
        """Counts the marts that look across days, side by side, each after those that it reads."""
        made: dict[str, Future[None]] = {}
        with ThreadPoolExecutor(self._workers) as pool:
            for name, reads, work in self._steps():
                if self._wants(name):
                    made[name] = pool.submit(_after, [made[other] for other in reads if other in made], work)
        for step in made.values():
            step.result()

    def _steps(self) -> Iterator[tuple[str, tuple[str, ...], Callable[[], None]]]:
        """What is counted across days: its name, what it reads, how; what waits for others comes last."""
        yield history.CARTS, (), partial(history.count_carts, self._lake, self._write)
        yield history.FIRST_DAYS, (), partial(history.count_first_days, self._lake, self._write)
        yield history.PRESET_DAYS, (), partial(history.count_presets, self._lake, self._write)
        for query in sorted(insights.standing().values(), key=lambda query: history.CARTS in query.reads):
            yield query.name, query.reads, partial(history.count_standing, self._lake, query, self._write)

    def _wants(self, name: str) -> bool:
        return self._wanted is None or name in self._wanted

    def _stitched(self) -> dict[date, LakeDay]:
        """The lake's days, with the sessions that came over midnight."""
        near: dict[date, list[Edge]] = {day: [] for day in self._files}
        with reader(self._lake.layout, self._workers, EDGES) as connection:
            for day, *edge in connection.execute(midnight.MEETING).fetchall() if self._files else ():
                near[day].append(Edge(*edge))
        over = carried(near)
        path = self._lake.table.path
        return {
            day: LakeDay(day, path(file), file, over[day], self._judged.get(day, ()))
            for day, file in self._files.items()
        }

    def _identified(self) -> dict[date, str]:
        """Links users to what they were before they logged in, where the lake has any such rows."""
        if all(day.all_known for day in self._days.values()):
            return {}
        self._count_all(
            [Task(day, {IDENTITIES: file.name}) for day, file in self._files.items()], self._count_identities
        )
        with reader(self._lake.layout, self._workers, IDENTITIES) as connection:
            self._links, digests = identity.resolve(connection)
        return digests

    def _made_from(self, name: str, day: date, alone: bool = False) -> str:
        """A short name of everything that a mart's day is counted from, or of that without what follows midnight."""
        today, tomorrow, query = self._days[day], self._days.get(day + timedelta(1)), insights.daily()[name]
        parts = [known_bots.version(), query.text, today.file.name, today.carried, self._digests.get(day)]
        if tomorrow and query.day == "session_date" and tomorrow.carried and not alone:
            parts += [tomorrow.file.name, tomorrow.carried, self._digests.get(tomorrow.day)]
        verdicts = judged_by(query.day, self._days.get(day - timedelta(1)), today, tomorrow)
        return blake2b(repr([*parts, *verdicts]).encode(), digest_size=8).hexdigest()

    def _count_all(
        self, tasks: list[Task], work: Callable[[list[Task]], Drafts], progress: Progress = lambda _d, _a: None
    ) -> int:
        """Does what is out of date of some tasks, in parallel, a batch a commit; gives the days it did."""
        live = {name: mart(self._lake.layout, name).days() for name in {name for task in tasks for name in task.marts}}
        self._drop_days_gone(live)
        stale = [task for task in (_stale(task, live) for task in tasks) if task.marts]
        chunks = list(self._chunks(stale))
        with ThreadPoolExecutor(self._workers, initializer=self._open, initargs=(len(chunks),)) as pool:
            done = 0
            for start in range(0, len(chunks), BATCH):
                made: dict[str, dict[date, DayFile | None]] = {name: {} for name in live}
                batch = chunks[start : start + BATCH]
                for chunk, drafts in zip(batch, pool.map(work, batch), strict=True):
                    sources = {task.day: task.marts for task in chunk}
                    for (name, day), draft in drafts.items():
                        made[name][day] = mart(self._lake.layout, name).place(draft, day, sources[day][name])
                    done += len(chunk)
                    progress(done, len(stale))
                for name, changed in made.items():
                    mart(self._lake.layout, name).commit(changed)
        return len(stale)

    def _chunks(self, stale: list[Task]) -> Iterator[list[Task]]:
        """Runs of days of which the same is to be counted, each of bounded size."""
        chunk: list[Task] = []
        for task in stale:
            rows = sum(self._files[other.day].rows for other in (*chunk, task))
            follows = chunk and task.day == chunk[-1].day + timedelta(1) and task.marts.keys() == chunk[0].marts.keys()
            if chunk and (not follows or rows > CHUNK):
                yield chunk
                chunk = []
            chunk.append(task)
        if chunk:
            yield chunk

    def _drop_days_gone(self, live: Mapping[str, Mapping[date, DayFile]]) -> None:
        for name, days in live.items():
            if gone := [day for day in days if day not in self._files]:
                mart(self._lake.layout, name).commit(dict.fromkeys(gone))

    def _open(self, tasks: int) -> None:
        """Gives a worker a connection of its own; few tasks share the cores."""
        threads = max(1, self._workers // max(1, min(self._workers, tasks)))
        self._own.connection = open_connection(threads, self._lake.layout.spill)
        if self._links is not None:
            self._own.connection.register("links", self._links)

    def _count_edges(self, chunk: list[Task]) -> Drafts:
        zone = self._lake.settings.store.zone
        connection = self._own.connection
        return {
            (EDGES, task.day): self._write(midnight.edges(connection, self._path(task.day), task.day, zone))
            for task in chunk
        }

    def _count_identities(self, chunk: list[Task]) -> Drafts:
        connection = self._own.connection
        return {
            (IDENTITIES, task.day): self._write(identity.identities(connection, self._path(task.day))) for task in chunk
        }

    def _path(self, day: date) -> Path:
        return self._lake.table.path(self._files[day])

    def _count_clean(self, chunk: list[Task]) -> Drafts:
        connection: duckdb.DuckDBPyConnection = self._own.connection
        days = [self._days[task.day] for task in chunk]
        tomorrow = self._days.get(days[-1].day + timedelta(1))
        define_clean(connection, days, tomorrow, self._days.get(days[0].day - timedelta(1)))
        drafts: Drafts = {}
        for by, queries in groupby(sorted((insights.daily()[name] for name in chunk[0].marts), key=_by), _by):
            choose_days(connection, days, by)
            for query in queries:
                rows = self._extended(query, days, tomorrow)
                if rows is None:
                    rows = self._counted(query, [*days, tomorrow])
                for day in days:
                    part = rows.filter(pc.equal(rows["day"], day.day)) if len(days) > 1 else rows
                    drafts[query.name, day.day] = self._write(part.drop_columns(["day"]))
        return drafts

    def _counted(self, query: Query, days: Iterable[LakeDay | None]) -> pa.Table:
        limit = "" if _can_count(query, days) else "LIMIT 0"
        connection: duckdb.DuckDBPyConnection = self._own.connection
        return connection.sql(f"FROM (\n{query.text}\n) ORDER BY ALL {limit}").to_arrow_table()

    def _extended(self, query: Query, days: list[LakeDay], tomorrow: LakeDay | None) -> pa.Table | None:
        """A day counted before anything followed its midnight, with what the sessions that went on add to it."""
        day, table = days[0].day, mart(self._lake.layout, query.name)
        if len(days) > 1 or not query.keys or not tomorrow or not tomorrow.carried:
            return None
        live = table.days().get(day)
        if not live or live.made_from != self._made_from(query.name, day, alone=True):
            return None
        return extended(self._own.connection, query, day, table.path(live), tomorrow.carried.values())

    def _write(self, rows: pa.Table) -> Draft:
        return write(rows, self._folder / f"{next(self._names)}.parquet")


def _after(others: Iterable[Future[None]], work: Callable[[], None]) -> None:
    for other in others:
        other.result()
    work()


def _can_count(query: Query, days: Iterable[LakeDay | None]) -> bool:
    """Whether the source had any of the fields that a mart needs."""
    return not query.needs or any(day.holds(column) for day in days if day for column in query.needs)


def _stale(task: Task, live: Mapping[str, Mapping[date, DayFile]]) -> Task:
    """What of a task was made from something else than it would be now, or never."""

    def current(name: str, made_from: str) -> bool:
        return task.day in live[name] and live[name][task.day].made_from == made_from

    return Task(task.day, {name: source for name, source in task.marts.items() if not current(name, source)})
