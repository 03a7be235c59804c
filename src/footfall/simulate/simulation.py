"""A store's days, one by one, and when they are all made, what is true of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Self

import pyarrow as pa

from footfall.simulate.crew import Made, Task, days
from footfall.simulate.encode import Encoder
from footfall.simulate.reckon import Ledger
from footfall.simulate.setting import Store
from footfall.simulate.store import Population
from footfall.simulate.tables import plain
from footfall.simulate.truth import Truth
from footfall.simulate.world import world


class Simulation(Iterator[tuple[date, pa.Table]]):
    """An iterator over (local day, its events in order of time, in the event's schema).

    Days are made as they are asked for; only a few are in memory at once.
    """

    def __init__(self, store: Store, others: Sequence[Population] = (), encoder: Encoder | None = None) -> None:
        self.store = store
        self._others = tuple(others)
        self._days = days(Task(store, self._others, encoder))
        self._ledger = Ledger(world(store))
        self._truth: Truth | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[date, pa.Table]:
        made = next(self.made())
        return made.day.date, plain(made.payload)

    def made(self) -> Iterator[Made]:
        """The remaining days as the processes hand them over."""
        for planned, made in self._days:
            self._ledger.add(planned.carts, planned.lost, made.tally)
            yield made

    @property
    def truth(self) -> Truth:
        """What is true of the store.

        Raises:
            RuntimeError: some days are still to be made.
        """
        if len(self._ledger.tallies) < self.store.days:
            raise RuntimeError("the truth is known once every day was taken from the simulation")
        if self._truth is None:
            self._truth = self._ledger.truth(self._others)
        return self._truth

    def close(self) -> None:
        """Ends the processes, if days are still to be made."""
        self._days.close()


def simulate(store: Store | None = None, others: Sequence[Population] = ()) -> Simulation:
    """Simulates a store.

    Args:
        store: what to simulate; the default store if None.
        others: populations that send events beside the shoppers.

    Returns:
        An iterator over (local day, events of the day); after the last day, ``truth`` is its :class:`Truth`.

    Example:
        >>> run = simulate(Store(days=2, visitors=20))
        >>> [day.isoformat() for day, events in run]
        ['2025-09-01', '2025-09-02']
        >>> run.truth.days.num_rows
        2
    """
    return Simulation(store or Store(), others)
