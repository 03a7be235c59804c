"""Small stores that several tests look at, simulated once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from footfall.simulate import Store, Truth, simulate

SMALL = Store(days=28, visitors=220, seed=7, start=date(2025, 10, 6), categories=12, products=900)
"""Four weeks about the end of summer time in Berlin: one day has 25 hours."""


@dataclass(frozen=True)
class Told:
    """A simulated store: its days, all its events in one table and as dictionaries, its truth."""

    days: list[tuple[date, pa.Table]]
    events: pa.Table
    rows: list[dict[str, Any]]
    truth: Truth


def tell(store: Store) -> Told:
    """Simulates a store to its end."""
    run = simulate(store)
    days = list(run)
    events = pa.concat_tables(table for _, table in days)
    return Told(days, events, events.to_pylist(), run.truth)


@pytest.fixture(scope="session")
def small() -> Told:
    return tell(SMALL)
