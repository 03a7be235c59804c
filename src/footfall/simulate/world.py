"""Everything about a store that does not depend on the day: built once in each process, the same in all."""

from __future__ import annotations

from dataclasses import dataclass, field

from footfall.simulate.carts import clock
from footfall.simulate.catalogue import Catalogue, catalogue
from footfall.simulate.days import Day, calendar
from footfall.simulate.draws import Codes, Reals
from footfall.simulate.interest import Interest, interest
from footfall.simulate.setting import Store


@dataclass(frozen=True, slots=True)
class World:
    """A store, its calendar, its range, its hours.

    Attributes:
        store: what was asked for.
        days: its calendar.
        catalogue: its range.
        interest: its hours.
        clock: when people come back to a cart, see :func:`footfall.simulate.carts.clock`.
    """

    store: Store
    days: tuple[Day, ...]
    catalogue: Catalogue
    interest: Interest
    clock: Reals
    _shelves: dict[int, Codes] = field(default_factory=dict)

    def shelf(self, week: int) -> Codes:
        """The catalogue's shelf in a week; the last one used is kept."""
        if week not in self._shelves:
            self._shelves.clear()
            self._shelves[week] = self.catalogue.shelf(week)
        return self._shelves[week]

    @property
    def until(self) -> int:
        """The end of the last day, in UTC microseconds."""
        return self.days[-1].end


def world(store: Store) -> World:
    """Builds a store."""
    days = calendar(store)
    hours = interest(store, days[-1].week + 1)
    return World(store, days, catalogue(store), hours, clock(hours.ordinary))
