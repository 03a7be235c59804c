"""The relation ``clean`` of one day on DuckDB: sessionised, visitors resolved, known bots marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from footfall import known_bots
from footfall.detect.spans import KNOWN, SHARED, SUBJECTS, Span
from footfall.embedded.judged import (
    BOUGHT,
    PACED,
    fingerprint,
    joins,
    weight,
    whole_visits,
)
from footfall.ingest.carried import Carried
from footfall.ports import DayFile

MEMORY = "1GB"


@dataclass(frozen=True, slots=True)
class LakeDay:
    """A day of the lake: its date, its file, which sessions came over midnight, who is judged."""

    day: date
    path: Path
    file: DayFile
    carried: Carried
    judged: tuple[Span, ...] = ()

    def holds(self, column: str) -> bool:
        """Whether any row has a value there."""
        return column in self.file.nulls

    @property
    def all_known(self) -> bool:
        """Whether every row names its user."""
        return self.file.nulls.get("user_id", -1) == 0


def open_connection(threads: int, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection of its own, silent and in UTC; what does not fit into ``MEMORY`` goes to the folder ``spill``."""
    connection = duckdb.connect(config={"threads": threads, "memory_limit": MEMORY, "temp_directory": str(spill)})
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
    return connection


def parquet(paths: Iterable[Path], hive: bool = False) -> str:
    """Files as a relation in SQL; nothing in a path is a pattern, or ends the text."""
    texts = (re.sub(r"([*?\[])", r"[\1]", str(path)).replace("'", "''") for path in paths)
    listed = ", ".join(f"'{text}'" for text in texts)
    return f"read_parquet([{listed}], hive_partitioning = {hive})"


def define_events(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Makes ``events`` the rows of one day's file, as they lie there."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS FROM {parquet([path])}")


def define_clean(
    connection: duckdb.DuckDBPyConnection,
    days: Sequence[LakeDay],
    tomorrow: LakeDay | None,
    yesterday: LakeDay | None = None,
) -> None:
    """Makes the table ``cleaned``: the events of some consecutive days, and of their sessions that end after midnight.

    Args:
        connection: holds ``links(kind, id, user_id)`` when a day has rows that name no user.
        days: the days, in order.
        tomorrow: the day after the last, where its sessions may end.
        yesterday: the day before the first, where its sessions may have begun.
    """
    near = [day for day in (yesterday, *days, tomorrow) if day]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE cleaned AS {_with_sessions(connection, days, near)}")
    if tomorrow and tomorrow.carried:
        late = _with_sessions(connection, [tomorrow], near)
        connection.execute(f"INSERT INTO cleaned FROM ({late}) WHERE session_date < event_date")


def choose_days(connection: duckdb.DuckDBPyConnection, days: Sequence[LakeDay], by: str) -> None:
    """Makes ``clean`` the rows whose ``session_date`` or ``event_date`` is one of some days."""
    first, last = days[0].day, days[-1].day
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW clean AS FROM cleaned WHERE {by} BETWEEN DATE '{first}' AND DATE '{last}'"
    )


def judged_by(by: str, yesterday: LakeDay | None, today: LakeDay, tomorrow: LakeDay | None) -> list[object]:
    """What of verdicts, and of the visits that they spare, a day is counted from; nothing where there are none."""
    parts: list[object] = []
    if today.judged:
        parts.append(fingerprint(today.judged))
        if yesterday and today.carried and by == "event_date":
            parts += [yesterday.file.name, yesterday.carried]
        if tomorrow and tomorrow.carried:
            parts += [tomorrow.file.name, tomorrow.carried]
    if tomorrow and tomorrow.judged and tomorrow.carried and by == "session_date":
        parts.append(fingerprint(tomorrow.judged))
    return parts


def _with_sessions(connection: duckdb.DuckDBPyConnection, days: Sequence[LakeDay], near: Sequence[LakeDay]) -> str:
    """All events of some days with the session each belongs to, as SQL; ``near``: where those sessions lie."""
    over = [(day.day, number, origin) for day in days for number, origin in day.carried.items()]
    _fill(connection, "carried(day DATE, number INTEGER, origin INTEGER)", over)
    known, agents = _known(connection, days)
    judged, verdicts = _judged(connection, days, near)
    bot = f"CASE WHEN {known} THEN {KNOWN} ELSE {judged} END" if known else judged
    visitor, links = _visitor(days)
    return f"""
        SELECT session_date, CAST(date_trunc('week', session_date) AS DATE) AS week, * EXCLUDE (session_date)
        FROM (SELECT CASE WHEN origin IS NULL THEN event_date ELSE event_date - 1 END AS session_date,
                     event_date, CAST(hour AS INTEGER) AS hour, CAST(weekday AS INTEGER) AS weekday,
                     epoch_ms(event_time) AS "at", event_type, product_id,
                     coalesce(category_code, category_id, 'unknown') AS category, coalesce(brand, '') AS brand,
                     coalesce(price, 0) AS price, quantity, {visitor} AS visitor,
                     CAST(coalesce(origin, session_no) AS BIGINT) AS session, {bot} AS bot,
                     path, referrer, campaign, order_id
              FROM {_files(days)} AS e
              LEFT JOIN carried ON e.event_date = carried.day AND e.session_no = carried.number
              {agents} {verdicts} {links})"""


def _files(days: Sequence[LakeDay]) -> str:
    return parquet([day.path for day in days], hive=True)


def _visitor(days: Sequence[LakeDay]) -> tuple[str, str]:
    """The visitor of a row, and the joins that takes."""
    if all(day.all_known for day in days):
        return "e.user_id", ""
    joins = """
        LEFT JOIN links AS by_anon ON e.user_id IS NULL AND by_anon.kind = 'anon' AND e.anon_id = by_anon.id
        LEFT JOIN links AS by_session
               ON e.user_id IS NULL AND by_session.kind = 'session' AND e.user_session = by_session.id"""
    return "coalesce(e.user_id, by_session.user_id, by_anon.user_id, e.anon_id, e.user_session)", joins


def _known(connection: duckdb.DuckDBPyConnection, days: Sequence[LakeDay]) -> tuple[str, str]:
    """Whether a row is of a bot that says so itself, and the joins that takes."""
    found, joined = [], ""
    for column, known in (("user_agent", known_bots.known_agents), ("ip", known_bots.known_addresses)):
        if any(day.holds(column) for day in days):
            query = f"SELECT DISTINCT {column} FROM {_files(days)} WHERE {column} IS NOT NULL"
            bots = known(value for (value,) in connection.execute(query).fetchall())
            if bots:
                _fill(connection, f"known_{column}(bot VARCHAR)", [(bot,) for bot in sorted(bots)])
                joined += f" LEFT JOIN known_{column} ON e.{column} = known_{column}.bot"
                found.append(f"known_{column}.bot IS NOT NULL")
    return " OR ".join(found), joined


def _judged(connection: duckdb.DuckDBPyConnection, days: Sequence[LakeDay], near: Sequence[LakeDay]) -> tuple[str, str]:
    """What verdicts make of a row, and the joins that takes; those who bought, and crowds, are spared."""
    kinds = sorted({span.kind for day in days for span in day.judged})
    if not kinds:
        return "0", ""
    for kind in kinds:
        rows = sorted({span[1:] for day in days for span in day.judged if span.kind == kind})
        _fill(connection, f"judged_{kind}(name VARCHAR, since BIGINT, until BIGINT, bot INTEGER, stern BOOLEAN)", rows)
        if kind in SHARED:
            paced = PACED.format(column=SUBJECTS[kind].removeprefix("e."), kind=kind, files=_files(days))
            _fill(
                connection,
                f"paced_{kind}(day DATE, number INTEGER, name VARCHAR)",
                connection.execute(paced).fetchall(),
            )
    parts = connection.execute(BOUGHT.format(files=_files(near))).fetchall()
    buyers = whole_visits(parts, {day.day: day.carried for day in near})
    _fill(connection, "bought(day DATE, number INTEGER)", buyers)
    bought = """
        LEFT JOIN bought ON coalesce(carried.origin, e.session_no) = bought.number
              AND bought.day = CASE WHEN carried.origin IS NULL THEN e.event_date ELSE e.event_date - 1 END"""
    return f"greatest(0, {', '.join(map(weight, kinds))})", "".join([bought, *map(joins, kinds)])


def _fill(connection: duckdb.DuckDBPyConnection, declaration: str, rows: Sequence[tuple[object, ...]]) -> None:
    """A temporary table, declared as ``name(column TYPE, ...)``, with some rows."""
    name = declaration.partition("(")[0]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {declaration}")
    if rows:
        columns = list(zip(*rows, strict=True))
        connection.register(
            "incoming", pa.table([pa.array(column) for column in columns], [f"c{i}" for i in range(len(columns))])
        )
        connection.execute(f"INSERT INTO {name} FROM incoming")
        connection.unregister("incoming")
