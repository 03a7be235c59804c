"""Answers to files: CSV and Parquet, whole."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from footfall.ports import FootfallError


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
            pyarrow.csv.write_csv(rows, draft)
        else:
            pq.write_table(rows, draft, compression="zstd")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_csv(rows: pa.Table) -> None:
    """Writes rows to standard output as CSV."""
    pyarrow.csv.write_csv(rows, sys.stdout.buffer)
