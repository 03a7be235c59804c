"""A figure of a card: what it is now, what it was before, and what bots moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.web import formats
from footfall.web.view import View

Row = dict[str, Any]
PLUS = "+\N{WORD JOINER}"
"""A sign that no line ends with."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a tile shows.

    Attributes:
        title: what it is.
        shown: the figure, written.
        answer: the export behind it.
        change: against the days compared with, as a share; None where there is nothing to compare with.
        tone: good or bad, or neither, by which way is better.
        words: what the change is against.
        beside: another thing worth knowing.
        bots: what bots moved, a sentence; empty where they moved nothing.
        whole: why a filter does not act on it, a sentence; empty where all do.
    """

    title: str
    shown: str
    answer: str
    change: float | None = None
    tone: str = ""
    words: str = ""
    beside: str = ""
    bots: str = ""
    whole: str = ""


def figure(
    view: View,
    title: str,
    answer: str,
    name: str,
    rows: tuple[Row, Row | None],
    write: Callable[[float | None], str] = formats.number,
    more: str = "good",
    beside: str = "",
) -> Figure:
    """A figure with its change and its bots.

    Args:
        view: for the words of the comparison.
        title: what it is.
        answer: the export behind it.
        name: of its column.
        rows: the totals of these days and of those compared with, see :func:`total`.
        write: writes a value.
        more: what more of it is: ``good``, ``bad`` or neither, ``""``.
        beside: another thing worth knowing.
    """
    now, past = rows
    moved = (now[name] - past[name]) / past[name] if past and past[name] else None
    less = {"good": "bad", "bad": "good"}.get(more, "")
    return Figure(
        title=title,
        shown=write(now[name]),
        answer=answer,
        change=moved,
        tone="" if not moved or abs(moved) < 0.0005 else more if moved > 0 else less,
        words=compared(view) if moved is not None else "",
        beside=beside,
        bots=by_bots(view, now, name, write),
    )


def compared(view: View) -> str:
    """What a change is against, in words."""
    if view.filters.compare == "year":
        return "vs a year earlier"
    return f"vs previous {view.days.days} days" if view.days.days > 1 else "vs the day before"


def by_bots(view: View, row: Row, name: str, write: Callable[[float | None], str]) -> str:
    """What bots moved a figure by, as a sentence; empty where they did not."""
    gross, net = (_count(view, row, name, population) for population in ("gross", "net"))
    if gross is None or net is None or gross == net:
        return ""
    share = formats.change((gross - net) / net) if net else ""
    sign = PLUS if gross > net else ""
    return f"Bots moved this by {sign}{write(gross - net)}" + (
        f" ({share})" if share[:1] in ("+", formats.MINUS) else ""
    )


def _count(view: View, row: Row, name: str, population: str) -> float | None:
    value = row.get(name if population == view.filters.count else f"{name}_{population}")
    return None if value is None else float(value)


def total(rows: pa.Table) -> Row:
    """The sums of the counts of an answer; None of a column that holds nothing."""
    kinds = (pa.types.is_integer, pa.types.is_floating)
    counted = [field.name for field in rows.schema if any(kind(field.type) for kind in kinds)]
    return {name: pc.sum(rows[name]).as_py() for name in counted}


def by_day(rows: pa.Table, name: str) -> dict[Any, float]:
    """A column by day."""
    return {day: float(value) for day, value in zip(rows["day"].to_pylist(), rows[name].to_pylist(), strict=True)}
