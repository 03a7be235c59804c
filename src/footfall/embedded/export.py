"""Answers as they leave the house: what can be exported, and writing it whole to CSV and Parquet."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from footfall.embedded.guard_exports import GUARD
from footfall.embedded.lake import EmbeddedLake
from footfall.insights.arrivals import ARRIVALS
from footfall.insights.exports import EXPORTS as ANSWERS
from footfall.insights.exports import Export, plainly_named, timed
from footfall.ports import FootfallError

if TYPE_CHECKING:
    from footfall.embedded.answers import Answers

PLAIN = pyarrow.csv.WriteOptions(quoting_style="needed")


def _guarded(rows: Callable[[EmbeddedLake], pa.Table]) -> Callable[[Answers], pa.Table]:
    return lambda answers: rows(answers.lake)


EXPORTS = {
    **ANSWERS,
    ARRIVALS.name: Export(ARRIVALS.header["title"], lambda answers: answers.arrivals()),
    **{name: Export(title, _guarded(rows)) for name, (title, rows) in GUARD.items()},
}


def rows_of(answers: Answers, name: str) -> pa.Table:
    """One export, whole: the chosen count bears the plain name, times are times.

    Raises:
        FootfallError: there is no such export.
    """
    if name not in EXPORTS:
        raise FootfallError(f"There is no export {name!r}; there are {', '.join(EXPORTS)}.")
    return timed(plainly_named(EXPORTS[name].rows(answers), answers.population))


def rows_between(lake: EmbeddedLake, name: str, since: date, until: date, population: str) -> pa.Table:
    """One export over days, both inclusive, whole."""
    from footfall.embedded.answers import Answers

    if name in GUARD:
        return guard_rows(lake, name)
    return rows_of(Answers(lake, since, until, population), name)


def guard_rows(lake: EmbeddedLake, name: str) -> pa.Table:
    """One export of what the guard knows, which needs no lake."""
    return timed(GUARD[name][1](lake))


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
