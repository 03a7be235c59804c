"""The marts: what is counted of each day, one table each, and the views through which questions read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from footfall.embedded.clean import open_connection
from footfall.embedded.table import Table
from footfall.layout import MART_KEY, Layout


def mart(layout: Layout, name: str) -> Table:
    """The table of one mart."""
    return Table(layout.mart(name), MART_KEY)


def define_view(connection: duckdb.DuckDBPyConnection, layout: Layout, name: str) -> bool:
    """Makes a mart readable under its name, with the column ``day``; False while it has no day."""
    table = mart(layout, name)
    paths = [str(table.path(file)) for file in table.days().values()]
    if paths:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM read_parquet({paths}, hive_partitioning = true)")
    return bool(paths)


@contextmanager
def reader(layout: Layout, threads: int, *names: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which the marts named can be read."""
    with open_connection(threads) as connection:
        for name in names:
            define_view(connection, layout, name)
        yield connection
