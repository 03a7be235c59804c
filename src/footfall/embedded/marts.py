"""The marts: what is counted of each day, one table each, and the views through which questions read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from footfall import insights
from footfall.embedded.clean import open_connection, parquet
from footfall.embedded.table import Table
from footfall.layout import MART_KEY, STANDING_KEY, Layout


def mart(layout: Layout, name: str) -> Table:
    """The table of one mart; a standing one has a single file, named for the day the data ends."""
    return Table(layout.mart(name), STANDING_KEY if name in insights.standing() else MART_KEY)


def sweep(layout: Layout) -> None:
    """Removes what a build killed just after a commit had no time to remove."""
    for folder in layout.marts.glob("*/"):
        mart(layout, folder.name).sweep()


def define_view(connection: duckdb.DuckDBPyConnection, layout: Layout, name: str) -> bool:
    """Makes a mart readable under its name, with the column ``day``; False while it has no day."""
    table = mart(layout, name)
    paths = [table.path(file) for file in table.days().values()]
    if paths:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM {parquet(paths, hive=True)}")
    return bool(paths)


@contextmanager
def reader(layout: Layout, threads: int, *names: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which the marts named can be read."""
    with open_connection(threads, layout.spill) as connection:
        for name in names:
            define_view(connection, layout, name)
        yield connection
