"""Questions answered from the marts of a home."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from typing import Any

import duckdb
import pyarrow as pa

from footfall import insights
from footfall.detect.arrivals import ALLOWED
from footfall.embedded.clean import open_connection, parquet
from footfall.embedded.history import bound
from footfall.embedded.lake import EmbeddedLake, data_until
from footfall.embedded.views import define_view
from footfall.insights import SETTLES, Query, exports
from footfall.insights.arrivals import ARRIVALS
from footfall.insights.categories import occurrences
from footfall.insights.columns import Table
from footfall.insights.statistics import Floats
from footfall.ports import FootfallError

ATTEMPTS = 10
"""How often a question is asked again because the files it read were replaced meanwhile."""


class Answers:
    """Reads the marts of one home; nothing here writes.

    Args:
        lake: whose marts.
        since: first day; None for the first there is.
        until: last day; None for the last there is.
        population: what labels are worked out from: ``gross``, ``known`` or ``net``.
    """

    def __init__(
        self, lake: EmbeddedLake, since: date | None = None, until: date | None = None, population: str = "net"
    ) -> None:
        self.lake = lake
        self._days = lake.days()
        if not self._days:
            raise FootfallError(f"The lake under {lake.layout.home} is empty; bring a file in: footfall ingest FILE")
        self.first, self.last = min(self._days), max(self._days)
        self.since, self.until = since or self.first, until or self.last
        self.population = population
        self._connection = open_connection(lake.settings.engine.workers, lake.layout.spill)
        self._defined: set[str] = set()

    def ask(self, name: str) -> pa.Table:
        """The rows of one question over the range.

        Raises:
            FootfallError: the marts are not built.
        """
        return self._steadily(lambda: self._ask(insights.questions()[name]))

    def _ask(self, question: Query) -> pa.Table:
        self._define(question.reads)
        return self._connection.sql(question.text, params=bound(question, self._parameters())).to_arrow_table()

    def hours(self) -> Table:
        """See ``exports.hours``."""
        return exports.hours(self)

    def weekdays(self) -> Table:
        """See ``exports.weekdays``."""
        return exports.weekdays(self)

    def windows(self) -> Table:
        """See ``exports.windows``."""
        return exports.windows(self)

    def brands(self) -> Table:
        """See ``exports.brands``."""
        return exports.brands(self)

    def arrivals(self) -> pa.Table:
        """Events of each day, and those received later than the guard waits for them."""
        return self._steadily(self._arrivals)

    def _arrivals(self) -> pa.Table:
        self._define_events()
        days = {"since": self.since, "until": self.until, "allowed": ALLOWED}
        return self._connection.sql(ARRIVALS.text, params=days).to_arrow_table()

    def occurrences(self) -> Floats:
        """How often each hour of the week occurred in the range."""
        days = [day for day in self._days if self.since <= day <= self.until]
        return occurrences(days, self.lake.settings.store.timezone)

    def query(self, sql: str) -> pa.Table:
        """The rows of a SELECT over ``events`` and the marts.

        Raises:
            FootfallError: SQL that DuckDB refuses; the message is its own.
        """
        try:
            return self._steadily(lambda: self._query(sql))
        except duckdb.Error as error:
            raise FootfallError(f"The query cannot be answered: {str(error).splitlines()[0]}") from error

    def _query(self, sql: str) -> pa.Table:
        self._define_events()
        for name in (*insights.daily(), *insights.history(), *insights.standing()):
            define_view(self._connection, self.lake.layout, name)
        rows = self._connection.sql(sql)
        if rows is None:
            raise FootfallError("The query gives no rows; ask with a SELECT.")
        return _told_apart(rows.to_arrow_table())

    def _steadily(self, read: Callable[[], pa.Table]) -> pa.Table:
        """Reads, and from the beginning again when a writer replaced files meanwhile."""
        for _ in range(ATTEMPTS):
            with suppress(duckdb.IOException, FileNotFoundError):
                return read()
            self._days, self._defined = self.lake.days(), set()
        return read()

    def _parameters(self) -> dict[str, Any]:
        week = self.since - timedelta(self.since.weekday())
        settled = self.last - SETTLES
        return {
            "since": self.since,
            "until": self.until,
            "since_week": week,
            "settled": settled,
            "as_of": data_until(self.lake),
        }

    def _define(self, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self._defined and not define_view(self._connection, self.lake.layout, name):
                raise FootfallError("The marts are not built yet: footfall build")
            self._defined.add(name)

    def _define_events(self) -> None:
        paths = [self.lake.table.path(file) for file in self._days.values()]
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS FROM {parquet(paths, hive=True)}")


def _told_apart(rows: pa.Table) -> pa.Table:
    """Columns of the same name become ``a``, ``a_1``…"""
    names: list[str] = []
    for name in rows.column_names:
        fresh = (f"{name}_{number}" if number else name for number in count())
        names.append(next(other for other in fresh if other not in names))
    return rows.rename_columns(names)
