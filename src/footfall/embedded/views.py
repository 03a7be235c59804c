"""The views through which questions read the marts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from footfall.embedded.clean import open_connection, parquet
from footfall.embedded.marts import mart
from footfall.layout import Layout


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
