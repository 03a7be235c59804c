"""Answers as they leave the house: what can be exported, and writing it whole to CSV and Parquet."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from footfall.embedded.guard_exports import GUARD
from footfall.embedded.lake import EmbeddedLake
from footfall.ports import FootfallError

if TYPE_CHECKING:
    from footfall.embedded.answers import Answers

POPULATIONS = ("gross", "known", "net")
PLAIN = pyarrow.csv.WriteOptions(quoting_style="needed")


@dataclass(frozen=True, slots=True)
class Export:
    """An answer that can be exported: what it is, and how it is asked for."""

    title: str
    rows: Callable[[Answers], pa.Table]


def _asked(question: str) -> Callable[[Answers], pa.Table]:
    return lambda answers: answers.ask(question)


def _labelled(method: str) -> Callable[[Answers], pa.Table]:
    return lambda answers: pa.table(getattr(answers, method)())


def _guarded(rows: Callable[[EmbeddedLake], pa.Table]) -> Callable[[Answers], pa.Table]:
    return lambda answers: rows(answers.lake)


EXPORTS = {
    "visitors": Export("unique visitors per day, new and returning, and visits", _asked("unique_visitors")),
    "reach": Export("unique visitors of the whole range: days do not add up", _asked("visitors_of_range")),
    "sales": Export("orders, revenue and refunds per day", _asked("sales")),
    "carts": Export("abandoned carts per day: states, rate, value at stake and recovered", _asked("abandoned_carts")),
    "presets": Export("cart abandonment as other tools would count it", _asked("cart_presets")),
    "recovery": Export("the carts abandoned now, line by line: whom to write to, about what", _asked("recovery_list")),
    "hours": Export("top categories by hour of the day", _labelled("hours")),
    "weekdays": Export("top categories by weekday", _labelled("weekdays")),
    "windows": Export("discount, harvest and quiet windows of the week", _labelled("windows")),
    "brands": Export("brands to promote or to fix, why, and what to try", _labelled("brands")),
    "funnel": Export("view, cart, purchase by category and brand", _asked("funnel")),
    "acquisition": Export("new visitors by channel, and what they bought since", _asked("acquisition")),
    "retention": Export("buyers by the week of their first purchase, and who bought again", _asked("retention")),
    "journeys": Export("the commonest ways to purchase and to exit", _asked("journeys")),
    "arrivals": Export("events per day, and how many came too late to be watched", lambda answers: answers.arrivals()),
    **{name: Export(title, _guarded(rows)) for name, (title, rows) in GUARD.items()},
}


def rows_of(answers: Answers, name: str) -> pa.Table:
    """One export, whole: the chosen count bears the plain name, times are times.

    Raises:
        FootfallError: there is no such export.
    """
    if name not in EXPORTS:
        raise FootfallError(f"There is no export {name!r}; there are {', '.join(EXPORTS)}.")
    return _timed(_plainly_named(EXPORTS[name].rows(answers), answers.population))


def rows_between(lake: EmbeddedLake, name: str, since: date, until: date, population: str) -> pa.Table:
    """One export over days, both inclusive, whole."""
    from footfall.embedded.answers import Answers

    if name in GUARD:
        return guard_rows(lake, name)
    return rows_of(Answers(lake, since, until, population), name)


def guard_rows(lake: EmbeddedLake, name: str) -> pa.Table:
    """One export of what the guard knows, which needs no lake."""
    return _timed(GUARD[name][1](lake))


def _plainly_named(rows: pa.Table, population: str) -> pa.Table:
    """``visitors_net`` becomes ``visitors`` and comes first; the other counts keep their endings and come last."""
    ending = f"_{population}"
    others = tuple(f"_{name}" for name in POPULATIONS if name != population)
    first = [name for name in rows.column_names if not name.endswith(others)]
    rows = rows.select([*first, *(name for name in rows.column_names if name.endswith(others))])
    return rows.rename_columns([name.removesuffix(ending) for name in rows.column_names])


def _timed(rows: pa.Table) -> pa.Table:
    for index, name in enumerate(rows.column_names):
        if name.endswith("_at") and pa.types.is_int64(rows.schema.field(name).type):
            rows = rows.set_column(index, name, rows.column(name).cast(pa.timestamp("ms", tz="UTC")))
    return rows


def write_file(rows: pa.Table, path: Path) -> None:
    """Writes rows beside the target, then renames, so that nobody sees half a file.

    Raises:
        FootfallError: a name that ends neither in .csv nor in .parquet, or a folder that does not exist.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise FootfallError(f"{path.name} must end in .csv or .parquet.")
    if not path.parent.is_dir():
        raise FootfallError(f"There is no folder {path.parent}.")
    draft = path.with_name(f".{path.name}.draft")
    try:
        if path.suffix == ".csv":
            pyarrow.csv.write_csv(rows, draft, PLAIN)
        else:
            pq.write_table(rows, draft, compression="zstd")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_csv(rows: pa.Table) -> None:
    """Writes rows to standard output as CSV."""
    pyarrow.csv.write_csv(rows, sys.stdout.buffer, PLAIN)
