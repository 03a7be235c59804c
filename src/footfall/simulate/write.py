"""Writes a simulated store to a file: Parquet, JSON lines or REES46 CSV, and the truth beside it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from footfall.event import FIELDS
from footfall.simulate.encode import Encoder, gzipped, header, json_lines, rees46
from footfall.simulate.setting import Store
from footfall.simulate.simulation import Simulation
from footfall.simulate.store import Population
from footfall.simulate.tables import PERSON, UNIQUE, coded_schema
from footfall.simulate.truth import Truth

Progress = Callable[[int, float], None]
"""Told after each day: events written so far, and the share of the days that are done."""

ENCODERS: dict[str, Encoder] = {".csv": rees46, ".jsonl": json_lines, ".ndjson": json_lines}

TIMES = [field.name for field in FIELDS if field.kind == "time"]
REPEATING = [field.name for field in FIELDS if field.name not in (*TIMES, UNIQUE)]


def write(path: Path | str, store: Store, others: Sequence[Population] = (), progress: Progress | None = None) -> Truth:
    """Writes all events of a store, in order of time, and the truth beside them.

    Args:
        path: ends in ``.parquet``, ``.jsonl``, ``.ndjson`` or ``.csv``; the last three may add ``.gz``. A CSV has the
            nine columns of REES46 and its four types of event; the other formats hold the whole event. The file
            appears when it is complete.
        store: what to simulate.
        others: who else sends events.
        progress: told after each day.

    Returns:
        The truth, also saved as ``<path>.truth.json`` (see :meth:`Truth.save`).

    Raises:
        ValueError: the name's ending names no format.
    """
    path = Path(path)
    encoder = _encoder(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    simulation = Simulation(store, others, encoder)
    try:
        with _text(unfinished, path.suffixes) if encoder else _parquet(unfinished) as put:
            _pour(simulation, put, progress)
        simulation.truth.save(path)
        unfinished.replace(path)
    finally:
        simulation.close()
        unfinished.unlink(missing_ok=True)
    return simulation.truth


def _pour(simulation: Simulation, put: Callable[[Any], object], progress: Progress | None) -> None:
    events = 0
    for made in simulation.made():
        put(made.payload)
        events += made.tally.events
        if progress:
            progress(events, (made.day.index + 1) / simulation.store.days)


def _encoder(path: Path) -> Encoder | None:
    """What makes a day's bytes; None for Parquet, which is written table by table."""
    *_, before, last = "", "", *path.suffixes
    ending = before if last == ".gz" else last
    if last == ".parquet":
        return None
    if ending not in ENCODERS:
        known = ", ".join([".parquet", *ENCODERS])
        raise ValueError(f"{path.name} should end in one of {known}; .gz may follow the last three")
    return gzipped(ENCODERS[ending]) if last == ".gz" else ENCODERS[ending]


@contextmanager
def _text(path: Path, endings: Sequence[str]) -> Iterator[Callable[[Any], object]]:
    """A text file; REES46's begins with a line of names."""
    with path.open("wb") as file:
        if ".csv" in endings[-2:]:
            file.write(gzip.compress(header(), mtime=0) if endings[-1] == ".gz" else header())
        yield file.writelines


@contextmanager
def _parquet(path: Path) -> Iterator[Callable[[Any], object]]:
    """A Parquet file with a row group for each day, read back exactly in the event's schema."""
    schema = coded_schema()
    schema = schema.remove(schema.get_field_index(PERSON))
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        store_schema=False,
        use_dictionary=REPEATING,
        column_encoding=dict.fromkeys(TIMES, "DELTA_BINARY_PACKED"),
        dictionary_pagesize_limit=1 << 26,
    ) as writer:
        yield lambda events: writer.write_table(events.select(schema.names))
