"""What a page is made from: the plane's answers for one address, kept while the figures stay the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import pyarrow as pa

from footfall.config import Store
from footfall.ports import Extent, Plane
from footfall.web.filters import Filters, Range

KEPT = 16 << 20
"""Bytes of answers that are kept."""
PAGES = 32
"""Pages whose data is kept, for as long as figures stay the same."""
LONGEST = 1_000
"""Characters of an address whose page is kept."""

Key = tuple[str, str, Range, str]
Data = dict[str, Any]


class Shelf:
    """Answers of a plane, the latest asked for kept; an answer is worked out once, however many ask.

    ``settled`` is the extent whose answers are at hand; None where nobody sees to that.
    """

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self._kept: OrderedDict[Key, pa.Table] = OrderedDict()
        self._asking: dict[Key, Lock] = {}
        self._lock = Lock()
        self._pages: OrderedDict[Hashable, Data] = OrderedDict()
        self.settled: Extent | None = None

    def extent(self) -> Extent:
        """What is shown: what there is, or what there was until the answers for that are at hand, see ``warm``.

        Raises:
            FootfallError: there is nothing.
        """
        return self.settled or self.plane.extent()

    def rows(self, mark: str, name: str, days: Range, population: str) -> pa.Table:
        """See ``ports.Plane.rows``; ``mark`` is the extent's."""
        key = (mark, name, days, population)
        with self._lock:
            asking = self._asking.setdefault(key, Lock())
        with asking:
            found = self._found(key)
            if found is None:
                found = self.plane.rows(name, days.since, days.until, population)
                self._keep(key, found)
        with self._lock:
            self._asking.pop(key, None)
        return found

    def page(self, view: View, work: Callable[[View], Data]) -> Data:
        """The data of a page that follows from the figures and the address alone; worked out once for each of these."""
        address = tuple(sorted(view.query.items()))
        key = (view.extent.mark, view.path, address)
        with self._lock:
            known = self._pages.get(key)
        if known is None:
            known = work(view)
            pa.default_memory_pool().release_unused()
            with self._lock:
                if len(str(address)) <= LONGEST:
                    self._pages[key] = known
                while len(self._pages) > PAGES:
                    self._pages.popitem(last=False)
        return known

    def _found(self, key: Key) -> pa.Table | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Key, rows: pa.Table) -> None:
        with self._lock:
            if rows.nbytes <= KEPT // 2:
                self._kept[key] = rows
            while sum(kept.nbytes for kept in self._kept.values()) > KEPT:
                self._kept.popitem(last=False)


@dataclass(frozen=True)
class View:
    """One request for a page.

    Attributes:
        shelf: the plane's answers.
        store: name, zone and currency of the store.
        filters: what the address asks for.
        query: the whole address's parameters, for those that a page has of its own.
        path: of the page.
        span: days that the page shows when the address names none.
        asked: another extent than the shelf's.
    """

    shelf: Shelf
    store: Store
    filters: Filters = field(default_factory=Filters)
    query: Mapping[str, str] = field(default_factory=dict)
    path: str = "/"
    span: int = 28
    asked: Extent | None = None

    @property
    def plane(self) -> Plane:
        """Where everything comes from."""
        return self.shelf.plane

    @cached_property
    def extent(self) -> Extent:
        """What there is; raises ``FootfallError`` where there is nothing."""
        return self.asked or self.shelf.extent()

    @cached_property
    def days(self) -> Range:
        """The days shown."""
        return self.filters.range(self.extent, self.span)

    @cached_property
    def before(self) -> Range | None:
        """The days compared with, if any."""
        return self.filters.before(self.days, self.extent)

    def rows(self, name: str, days: Range | None = None) -> pa.Table:
        """An answer over the days shown, or others, in the population that the address names."""
        return self.shelf.rows(self.extent.mark, name, days or self.days, self.filters.count)

    def link(self, path: str | None = None, **changes: str | None) -> str:
        """The address of a page with this one's filters, some changed."""
        return (self.path if path is None else path) + self.filters.query(**changes)
