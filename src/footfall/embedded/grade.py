"""The answers graded: stores whose truth is known, simulated, brought in, and asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree

from footfall.config import Engine, Settings
from footfall.config import Store as StoreSettings
from footfall.embedded import build as marts
from footfall.embedded.answers import Answers
from footfall.embedded.run import open_lake
from footfall.insights.grade import (
    BrandScore,
    RateScore,
    WindowScore,
    brands_to_fix,
    confirmed_windows,
    grade_brands,
    grade_rate,
    grade_windows,
)
from footfall.simulate import Store, Truth, simulate

DAYS = 63
VISITORS = 10_000
"""Visitors a day of a graded store: about 3.7 million events in all."""
NEEDED = ("category_hours", "brand_days", "cart_events", "carts", "cart_days")
"""The marts that the grade reads."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How near the answers of one store are to its truth."""

    carts: RateScore
    windows: WindowScore
    brands: BrandScore


def grade_answers(answers: Answers, truth: Truth) -> Grade:
    """Compares a store's answers with what is true of it."""
    carts = answers.ask("abandoned_carts").to_pylist()[-1]
    rate = carts["abandonment_net"] / carts["decided_net"] if carts["decided_net"] else 0.0
    windows = {(row["category"], row["weekday"], row["hour"]) for row in truth.windows.to_pylist()}
    lost = {(row["brand"], row["category"]): row["lost"] for row in truth.labelled("fix").to_pylist()}
    return Grade(
        grade_rate(rate, truth.abandoned_cart_rate or 0.0),
        grade_windows(confirmed_windows(answers.windows()), windows),
        grade_brands(brands_to_fix(answers.brands()), lost),
    )


def grade_store(home: Path, store: Store) -> Grade:
    """Simulates a store in a home of its own, asks it, and clears it away."""
    settings = Settings(StoreSettings(timezone=store.zone, currency=store.currency), Engine(threads=1, memory_mb=128))
    lake = open_lake(home, settings)
    try:
        simulation = simulate(store)
        with ThreadPoolExecutor(1) as pool, lake.writer(pool) as writer:
            for _, events in simulation:
                writer.add(events)
            writer.commit()
        marts.build(lake, wanted=NEEDED)
        return grade_answers(Answers(lake), simulation.truth)
    finally:
        rmtree(home, ignore_errors=True)


def grade_seeds(
    folder: Path, seeds: list[int], workers: int, days: int, visitors: int, progress: Callable[[int, int], None]
) -> Iterator[tuple[int, bool, Grade]]:
    """Grades a store with effects and one without for every seed.

    Yields:
        The seed, whether effects were planted, the grade.
    """
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {
            pool.submit(grade_store, folder / f"{seed}-{effects}", Store(days, visitors, seed, effects=effects)): (
                seed,
                effects,
            )
            for seed in seeds
            for effects in (True, False)
        }
        for done, finished in enumerate(as_completed(waiting), 1):
            progress(done, len(waiting))
            yield (*waiting[finished], finished.result())
