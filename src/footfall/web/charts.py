"""Charts as numbers that a template draws: a line over days with the one before it, bars, intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor, log10

from footfall.web import formats
from footfall.web.filters import Range

WIDTH, HEIGHT = 1000, 240
DATES = 6
"""Dates written below a chart, at most."""
STEPS = 4
"""Lines across a chart, without the one at its foot."""

Values = dict[date, float]
Write = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Spot:
    """The part of a chart that tells of one day."""

    x: float
    width: float
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A line over days, in a box of ``width`` × ``height`` units; paths are SVG's.

    Attributes:
        line: this period; days without a value are left out.
        area: below it.
        before: the period compared with, day under day; empty where there is none.
        rules: heights of the lines across.
        labels: what those lines mean, from the top.
        dates: below it, from the left.
        spots: one a day, for pointing at.
        says: the whole in a sentence.
    """

    line: str
    area: str
    before: str
    rules: tuple[float, ...]
    labels: tuple[str, ...]
    dates: tuple[str, ...]
    spots: tuple[Spot, ...]
    says: str
    width: int = WIDTH
    height: int = HEIGHT


def line_chart(title: str, values: Values, days: Range, before: tuple[Values, Range] | None, write: Write) -> Chart:
    """A chart of one figure by day.

    Args:
        title: what the figure is.
        values: by day; a day without a value is not drawn.
        days: this period.
        before: the values and days of the period compared with.
        write: writes a value.
    """
    shown = [days.since + timedelta(n) for n in range(days.days)]
    past = [before[1].since + timedelta(n) for n in range(days.days)] if before else []
    held = [values[day] for day in shown if day in values]
    held += [before[0][day] for day in past if day in before[0]] if before else []
    top = ceiling(max(held, default=0))
    line = _points(shown, values, top)
    return Chart(
        line=_path(line),
        area=_path(line) + (f" L{line[-1][0]:.1f} {HEIGHT} L{line[0][0]:.1f} {HEIGHT} Z" if line else ""),
        before=_path(_points(past, before[0], top)) if before else "",
        rules=tuple(HEIGHT * step / STEPS for step in range(STEPS + 1)),
        labels=tuple(write(top * (STEPS - step) / STEPS) for step in range(STEPS + 1)),
        dates=_dates(shown),
        spots=tuple(_spots(shown, values, past, before[0] if before else {}, write)),
        says=_says(title, shown, values, write),
    )


def ceiling(value: float) -> float:
    """The round number at or above a value at which a scale ends."""
    if value <= STEPS:
        return float(STEPS)
    unit = 10.0 ** floor(log10(value))
    return next(unit * step for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if unit * step >= value)


def _points(shown: Sequence[date], values: Values, top: float) -> list[tuple[float, float]]:
    step = WIDTH / max(len(shown) - 1, 1)
    return [(n * step, HEIGHT * (1 - max(values[day], 0) / top)) for n, day in enumerate(shown) if day in values]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""


def _dates(shown: Sequence[date]) -> tuple[str, ...]:
    count = min(DATES, len(shown))
    places = {round(n * (len(shown) - 1) / max(count - 1, 1)) for n in range(count)}
    return tuple(formats.short_day(shown[place]) for place in sorted(places))


def _spots(shown: Sequence[date], values: Values, past: Sequence[date], before: Values, write: Write) -> list[Spot]:
    width = WIDTH / len(shown)
    spots = []
    for n, day in enumerate(shown):
        says = f"{formats.short_day(day)}: {write(values[day]) if day in values else formats.NONE}"
        if past and past[n] in before:
            says += f"; {formats.short_day(past[n])}: {write(before[past[n]])}"
        spots.append(Spot(round(n * width, 1), round(width, 1), says))
    return spots


def _says(title: str, shown: Sequence[date], values: Values, write: Write) -> str:
    held = {day: values[day] for day in shown if day in values}
    if not held:
        return f"{title}: no data"
    low, high = min(held, key=held.__getitem__), max(held, key=held.__getitem__)
    return (
        f"{title}, {formats.short_day(shown[0])} to {formats.short_day(shown[-1])}: lowest {write(held[low])} on "
        f"{formats.short_day(low)}, highest {write(held[high])} on {formats.short_day(high)}"
    )
