"""Rows compared one by one, in whatever order they come."""

from __future__ import annotations

import duckdb
import pyarrow as pa


def equal(connection: duckdb.DuckDBPyConnection, own: pa.Table, theirs: str) -> tuple[int, bool]:
    """How many rows a relation has, and whether they are exactly a table's, each as often.

    Args:
        connection: on which the relation can be read.
        own: the table; its types are taken for both.
        theirs: the relation in SQL; of the table's columns it may lack those that only say where a row is kept.
    """
    connection.register("own", own)
    try:
        kinds = {name: kind for name, kind, *_ in connection.sql("DESCRIBE FROM own").fetchall()}
        named = [name for name, *_ in connection.sql(f"DESCRIBE FROM {theirs}").fetchall()]
        rows = int(connection.sql(f"SELECT count(*) FROM {theirs}").fetchall()[0][0])
        if not set(named) <= set(kinds):
            return rows, False
        cast = ", ".join(f'CAST("{name}" AS {kinds[name]}) AS "{name}"' for name in named)
        given, mine = f"(SELECT {cast} FROM {theirs})", f"(SELECT {cast} FROM own)"
        differing = f"SELECT count(*) FROM (({given} EXCEPT ALL {mine}) UNION ALL ({mine} EXCEPT ALL {given}))"
        return rows, not connection.sql(differing).fetchall()[0][0]
    finally:
        connection.unregister("own")
