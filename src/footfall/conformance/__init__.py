"""The law of equal answers: every insight and every rule on every engine, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from footfall.conformance import insights, job, rules, store
from footfall.conformance.engines import INSTALL, EngineError, installed
from footfall.conformance.result import Progress, Result

__all__ = ["ENGINES", "INSTALL", "EngineError", "Progress", "Result", "compared", "installed"]

ENGINES = ("duckdb", "spark", "trino", "flink")


def compared(
    chosen: Sequence[str], folder: Path, days: int, visitors: int, seed: int, progress: Progress
) -> Iterator[Result]:
    """Makes a seeded store and compares what engines say of it with what the embedded plane says.

    Args:
        chosen: of :data:`ENGINES`, installed.
        folder: an empty one, for the store and all that engines write.
        days: of the store.
        visitors: of the store, a day.
        seed: another seed is another store.
        progress: told what is done next.

    Raises:
        EngineError: an engine stopped with an error.
    """
    lake = store.made(folder / "home", days, visitors, seed, progress)
    yield from insights.compare(lake, chosen, folder, progress)
    yield from job.compare(lake, lake.layout.home / store.RAW, chosen, folder, progress)
    yield from rules.compare(store.stream(lake), chosen, folder, progress)
