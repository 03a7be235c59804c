"""The engine that all tests of carts share."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest


@pytest.fixture(scope="session")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """One engine in memory; every store made in it replaces the tables of the last."""
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection
