"""Small stores that several tests look at, simulated once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from footfall.simulate import Store, Truth, simulate

SMALL = Store(days=28, visitors=220, seed=7, start=date(2025, 10, 6), categories=12, products=900)
"""Four weeks about the end of summer time in Berlin: one day has 25 hours."""

TINY = Store(days=6, visitors=40, seed=3, categories=5, products=300)


@dataclass(frozen=True)
class Told:
    """A simulated store: its days, all its events in one table and as dictionaries, its truth."""

    days: list[tuple[date, pa.Table]]
    events: pa.Table
    rows: list[dict[str, Any]]
    truth: Truth

    def once(self) -> Iterator[dict[str, Any]]:
        """The rows without those sent twice."""
        seen: set[str] = set()
        for row in self.rows:
            if row["event_id"] not in seen:
                seen.add(row["event_id"])
                yield row

    def by_session(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of each session, in order."""
        sessions: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.once():
            sessions[row["user_session"]].append(row)
        return sessions


def tell(store: Store) -> Told:
    """Simulates a store to its end."""
    run = simulate(store)
    days = list(run)
    events = pa.concat_tables(table for _, table in days)
    return Told(days, events, events.to_pylist(), run.truth)


@pytest.fixture(scope="session")
def small() -> Told:
    return tell(SMALL)


@pytest.fixture(scope="session")
def tiny() -> Told:
    return tell(TINY)
