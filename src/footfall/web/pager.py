"""Long tables a page at a time; nothing is cut, the rest is one link away."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from footfall.web.view import View

ROWS = 25


@dataclass(frozen=True, slots=True)
class Pager:
    """Which rows of how many are shown.

    Attributes:
        first: of the rows shown, from 0.
        count: of all rows.
        before: the address's ``page`` of the rows before, empty where there are none.
        after: of the rows after.
        size: rows a page.
    """

    first: int
    count: int
    before: str
    after: str
    size: int = ROWS

    @property
    def last(self) -> int:
        """After the last of the rows shown."""
        return min(self.first + self.size, self.count)

    def rows(self, rows: pa.Table) -> list[dict[str, Any]]:
        """The rows shown."""
        return list(rows.slice(self.first, self.size).to_pylist())


def pager(view: View, count: int, size: int = ROWS) -> Pager:
    """The page of so many rows that the address asks for with ``page``, from 1."""
    number, last = 1, max((count + size - 1) // size, 1)
    with suppress(ValueError):
        number = min(max(int(view.query.get("page", "1")[:9]), 1), last)
    return Pager(
        (number - 1) * size,
        count,
        str(number - 1) if number > 1 else "",
        str(number + 1) if number < last else "",
        size,
    )
