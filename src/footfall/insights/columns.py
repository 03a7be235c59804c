"""Rows of a question as columns, whichever engine they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from footfall.insights.statistics import Floats

Columns: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = Columns | Sequence[Mapping[str, Any]]
Table: TypeAlias = dict[str, NDArray[Any]]
Codes: TypeAlias = NDArray[np.int64]

POPULATIONS = ("gross", "known", "net")


def as_columns(rows: Rows) -> Columns:
    """A dict of columns, from that or from a list of rows."""
    if isinstance(rows, Mapping):
        return rows
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def measure(columns: Columns, name: str, population: str) -> Floats:
    """The counts of one measure in one population: ``gross``, ``known`` (known bots out) or ``net`` (all bots out)."""
    if population not in POPULATIONS:
        raise ValueError(f"population must be one of {', '.join(POPULATIONS)}, not {population!r}")
    return np.asarray(columns.get(f"{name}_{population}", []), dtype=float)


def tally(place: Codes, values: Floats, *shape: int) -> Floats:
    """The sums of the values at each place of an array of this shape; places count from 0 in row order."""
    return np.bincount(place, values, int(np.prod(shape))).astype(float).reshape(shape)


def codes(values: Any) -> tuple[list[str], Codes]:
    """The distinct texts, sorted, and each value's place among them."""
    distinct, places = np.unique(np.asarray(values, dtype=str), return_inverse=True)
    return distinct.tolist(), places.astype(np.int64).ravel()


def week_codes(values: Any) -> tuple[list[str], Codes]:
    """The distinct weeks as ISO dates of their Mondays, in order, and each value's place among them."""
    days = np.asarray(values, dtype="datetime64[D]")
    return codes(days.astype(str))


def take(table: Table, order: Any) -> Table:
    """The table's rows at these places, or under these flags."""
    return {name: values[order] for name, values in table.items()}
