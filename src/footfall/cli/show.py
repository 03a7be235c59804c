"""What a terminal shows: progress, small tables, sparklines, money."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

PIPED = 120
"""Characters of a line where nobody can tell how wide it may be."""
out = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else PIPED)
err = Console(stderr=True, highlight=False, emoji=False)

SCREENFUL = 100
"""Rows up to which an answer is shown as a table."""
BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float]) -> str:
    """Values as a row of bars from zero to the highest; a dot where there is none."""
    top = max(values, default=0)
    return "".join(BARS[min(int(value / top * 8), 7)] if value > 0 else "·" for value in values)


def money(minor: float, currency: str, digits: int) -> str:
    """Minor units as money: ``1,234.50 EUR``."""
    return f"{minor / 10**digits:,.{digits}f} {currency}"


def moment(milliseconds: int) -> str:
    """A moment in UTC, to the second."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def percent(share: float) -> str:
    """A share as a percentage with one digit."""
    return f"{100 * share:.1f} %"


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], text_columns: int = 1, widest: int = 44
) -> Table:
    """A small table; the first columns are text, the others are aligned right; cells are cut at ``widest``."""
    made = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
        header_style="dim",
    )
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    for index, name in enumerate(columns):
        width = min(max(map(len, [name, *(row[index] for row in cells)])), widest)
        side: Literal["left", "right"] = "left" if index < text_columns else "right"
        made.add_column(Text(name), justify=side, overflow="ellipsis", no_wrap=True, min_width=width, max_width=width)
    for row in cells:
        made.add_row(*map(Text, row))
    return made


def rows(answer: Any) -> None:
    """The rows of an Arrow table: a table where it fits a screen or two, else CSV."""
    if answer.num_rows <= SCREENFUL:
        out.print(table("", answer.column_names, [list(row.values()) for row in answer.to_pylist()]))
    else:
        from footfall.embedded.export import write_csv

        write_csv(answer)


def as_json(document: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(msgspec.json.encode(document, enc_hook=str).decode() + "\n")


@contextmanager
def reading(name: str, size: int | None) -> Iterator[Any]:
    """A bar over the bytes of a source with rows a second and time left; yields what an import calls."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bars:
        task = bars.add_task(name, total=size, rate="")

        def step(rows: int, position: int) -> None:
            elapsed = bars.tasks[0].elapsed or 0
            rate = f"{rows / elapsed:,.0f} rows/s" if elapsed > 0 else ""
            bars.update(task, completed=position, rate=rate)

        yield step


@contextmanager
def counting(name: str, unit: str = "days") -> Iterator[Any]:
    """A bar over things done of things to do; yields what a build calls."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        task = bars.add_task(name, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
