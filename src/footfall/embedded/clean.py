"""The relation ``clean`` of one day on DuckDB: sessionised, visitors resolved, known bots marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from footfall import known_bots
from footfall.ports import DayFile

GIVT = 2

Carried = Mapping[int, int]
"""Session numbers of a day that continue a session of the day before, each with its number there."""


@dataclass(frozen=True, slots=True)
class LakeDay:
    """A day of the lake: its date, where its file lies, what is known of it, which sessions came over midnight."""

    day: date
    path: Path
    file: DayFile
    carried: Carried

    def holds(self, column: str) -> bool:
        """Whether any row has a value there."""
        return column in self.file.nulls

    @property
    def all_known(self) -> bool:
        """Whether every row names its user."""
        return self.file.nulls.get("user_id", -1) == 0


def open_connection(threads: int) -> duckdb.DuckDBPyConnection:
    """A connection of its own, silent and in UTC."""
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
    return connection


def define_events(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Makes ``events`` the rows of one day's file, as they lie there."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS FROM read_parquet('{path}', hive_partitioning = false)")


def define_clean(connection: duckdb.DuckDBPyConnection, today: LakeDay, tomorrow: LakeDay | None, by: str) -> None:
    """Makes ``clean`` the rows of one day.

    Args:
        connection: holds ``links(kind, id, user_id)`` when a day has rows that name no user.
        today: the day.
        tomorrow: the day after, where its sessions may end.
        by: ``session_date`` for sessions that began today, ``event_date`` for events of today.
    """
    rows = _with_sessions(connection, today)
    if by == "session_date":
        rows = f"SELECT * FROM ({rows}) WHERE session_date = DATE '{today.day}'"
        if tomorrow and tomorrow.carried:
            late = f"SELECT * FROM ({_with_sessions(connection, tomorrow)}) WHERE session_date = DATE '{today.day}'"
            connection.execute(f"CREATE OR REPLACE TEMP TABLE late AS {late}")
            rows += " UNION ALL FROM late"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW clean AS {rows}")


def _with_sessions(connection: duckdb.DuckDBPyConnection, lake_day: LakeDay) -> str:
    """All events of a day with the session each belongs to, as SQL."""
    name = f"{lake_day.day:%Y%m%d}"
    _table(connection, f"carried_{name}", {"number": lake_day.carried.keys(), "origin": lake_day.carried.values()})
    bot, joins = _bots(connection, lake_day, name)
    visitor, links = _visitor(lake_day)
    day, before = lake_day.day, lake_day.day - timedelta(1)
    return f"""
        SELECT CASE WHEN origin IS NULL THEN DATE '{day}' ELSE DATE '{before}' END AS session_date,
               CASE WHEN origin IS NULL THEN DATE '{_monday(day)}' ELSE DATE '{_monday(before)}' END AS week,
               DATE '{day}' AS event_date, CAST(hour AS INTEGER) AS hour, CAST(weekday AS INTEGER) AS weekday,
               epoch_ms(event_time) AS "at", event_type, product_id,
               coalesce(category_code, category_id, 'unknown') AS category, coalesce(brand, '') AS brand,
               coalesce(price, 0) AS price, quantity, {visitor} AS visitor,
               CAST(coalesce(origin, session_no) AS BIGINT) AS session, {bot} AS bot,
               path, referrer, campaign, order_id
        FROM read_parquet('{lake_day.path}', hive_partitioning = false) AS e
        LEFT JOIN carried_{name} ON e.session_no = number {joins} {links}"""


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _visitor(lake_day: LakeDay) -> tuple[str, str]:
    """The visitor of a row, and the joins that takes."""
    if lake_day.all_known:
        return "e.user_id", ""
    joins = """
        LEFT JOIN links AS by_anon ON e.user_id IS NULL AND by_anon.kind = 'anon' AND e.anon_id = by_anon.id
        LEFT JOIN links AS by_session
               ON e.user_id IS NULL AND by_session.kind = 'session' AND e.user_session = by_session.id"""
    return "coalesce(e.user_id, by_session.user_id, by_anon.user_id, e.anon_id, e.user_session)", joins


def _bots(connection: duckdb.DuckDBPyConnection, lake_day: LakeDay, name: str) -> tuple[str, str]:
    """Whether a row is of a known bot, and the joins that takes."""
    found, joins = [], ""
    for column, known in (("user_agent", _known_agents), ("ip", _known_addresses)):
        if lake_day.holds(column):
            query = f"SELECT DISTINCT {column} AS value FROM read_parquet('{lake_day.path}') WHERE {column} IS NOT NULL"
            values = [value for (value,) in connection.execute(query).fetchall()]
            _table(connection, f"{column}_{name}", {column: known(values)})
            joins += f" LEFT JOIN {column}_{name} ON e.{column} = {column}_{name}.{column}"
            found.append(f"{column}_{name}.{column} IS NOT NULL")
    return (f"CASE WHEN {' OR '.join(found)} THEN {GIVT} ELSE 0 END" if found else "0"), joins


def _known_agents(agents: list[str]) -> Sequence[str]:
    return sorted(known_bots.known_agents(agents))


def _known_addresses(addresses: list[str]) -> Sequence[str]:
    return [address for address in addresses if known_bots.owner(address)]


def _table(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Iterable[str] | Iterable[int]]) -> None:
    kinds = {"number": pa.int32(), "origin": pa.int32()}
    rows = pa.table({key: pa.array(list(values), kinds.get(key, pa.string())) for key, values in columns.items()})
    connection.register("incoming", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM incoming")
    connection.unregister("incoming")
