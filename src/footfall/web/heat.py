"""The heat map as numbers: each category's slots against the category's own mean, in nine steps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STEPS = (40, 60, 75, 90, 110, 130, 155, 185)
"""Where one colour ends and the next begins; 100 is the category's own mean."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot of one category.

    Attributes:
        index: against the category's mean, 100 being as usual; None where there is no data.
        step: of the nine colours, 1 lowest; 0 where there is no data.
        window: label of the window it lies in, empty for none.
        says: what the window is, for pointing at.
    """

    index: int | None
    step: int
    window: str = ""
    says: str = ""


def heat(
    rows: Iterable[Mapping[str, Any]],
    slot: str,
    slots: Sequence[int],
    measure: str,
    windows: Mapping[tuple[str, int], tuple[str, str]],
) -> dict[str, list[Cell]]:
    """The cells of every category, by slot.

    Args:
        rows: of the export ``hours`` or ``weekdays``.
        slot: name of the column that tells slots apart.
        slots: all of them, in order.
        measure: the column to compare; a slot without one has no data.
        windows: label and sentence of the category's slots that lie in a window.
    """
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        found.setdefault(row["category"], {})[row[slot]] = row[measure]
    return {category: _cells(category, values, slots, windows) for category, values in found.items()}


def _cells(
    category: str,
    values: Mapping[int, float],
    slots: Sequence[int],
    windows: Mapping[tuple[str, int], tuple[str, str]],
) -> list[Cell]:
    mean = sum(values.values()) / len(values)
    cells = []
    for slot in slots:
        label, says = windows.get((category, slot), ("", ""))
        index = round(100 * values[slot] / mean) if slot in values and mean else None
        cells.append(Cell(index, 0 if index is None else bisect_right(STEPS, index) + 1, label, says))
    return cells
