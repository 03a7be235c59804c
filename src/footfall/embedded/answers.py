"""Questions answered from the marts of a home."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from footfall import insights
from footfall.embedded.clean import open_connection
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.marts import define_view
from footfall.ports import FootfallError

SETTLES = timedelta(days=8)
"""After this long no cart of a day can change its state."""


class Answers:
    """Reads the marts of one home; nothing here writes.

    Args:
        lake: whose marts.
        since: first day; None for the first there is.
        until: last day; None for the last there is.
    """

    def __init__(self, lake: EmbeddedLake, since: date | None = None, until: date | None = None) -> None:
        self.lake = lake
        self._days = lake.days()
        if not self._days:
            raise FootfallError(f"The lake under {lake.layout.home} is empty; bring a file in: footfall ingest FILE")
        self.first, self.last = min(self._days), max(self._days)
        self.since, self.until = since or self.first, until or self.last
        self._connection = open_connection(lake.settings.engine.workers)
        self._defined: set[str] = set()

    def ask(self, name: str) -> pa.Table:
        """The rows of one question over the range.

        Raises:
            FootfallError: the marts are not built.
        """
        question = insights.questions()[name]
        self._define(question.reads)
        known = self._parameters()
        return self._connection.sql(question.text, params={key: known[key] for key in question.parameters}).to_arrow_table()

    def query(self, sql: str) -> pa.Table:
        """The rows of a SELECT over ``events`` and the marts.

        Raises:
            FootfallError: SQL that DuckDB refuses; the message is its own.
        """
        self._define_events()
        for name in (*insights.daily(), *insights.history()):
            define_view(self._connection, self.lake.layout, name)
        try:
            return self._connection.sql(sql).to_arrow_table()
        except (duckdb.Error, AttributeError) as error:
            raise FootfallError(f"The query cannot be answered: {str(error).splitlines()[0]}") from error

    def data_until(self) -> int:
        """The latest event, in epoch milliseconds."""
        statistics = pq.read_metadata(self.lake.table.path(self._days[self.last]))
        names = [statistics.schema.column(index).name for index in range(statistics.num_columns)]
        place = names.index("event_time")
        groups = (statistics.row_group(index).column(place).statistics.max for index in range(statistics.num_row_groups))
        return int(max(groups).timestamp() * 1000)

    def _parameters(self) -> dict[str, Any]:
        return {"since": self.since, "until": self.until, "as_of": self.data_until(), "settled": self.last - SETTLES}

    def _define(self, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self._defined and not define_view(self._connection, self.lake.layout, name):
                raise FootfallError("The marts are not built yet: footfall build")
            self._defined.add(name)

    def _define_events(self) -> None:
        paths = [str(self.lake.table.path(file)) for file in self._days.values()]
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS FROM read_parquet({paths}, hive_partitioning = true)")
