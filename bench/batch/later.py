"""One more day on top of the others: what it costs to keep up, rather than to begin."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.batch import data, measure
from bench.batch.data import Csv
from bench.batch.measure import Cost
from bench.batch.steps import Runner
from bench.batch.work import Job

OWN = "bench.batch.own"


def one_more_day(runner: Runner, csv: Csv, folder: Path, rounds: int) -> dict[str, list[Cost]]:
    """Imports and builds the last day on a home that holds all days before it; costs by step, a run a round."""
    home, kept = folder / "later", folder / "later-before"
    before, last = data.cut_last_day(csv, folder)
    try:
        _fresh(home)
        for step in ("add", "build"):
            runner.run(OWN, step, Job(before, home, runner.threads))
        home.replace(kept)
        runs = [_add_day(runner, Job(last, home, runner.threads), kept) for _ in range(rounds)]
    finally:
        for path in (before, last):
            path.unlink()
        for path in (home, kept):
            shutil.rmtree(path, ignore_errors=True)
    return {step: [run[step] for run in runs] for step in ("add", "build")}


def _add_day(runner: Runner, job: Job, kept: Path) -> dict[str, Cost]:
    shutil.rmtree(job.home, ignore_errors=True)
    shutil.copytree(kept, job.home)
    measure.warm(job.csv)
    return {step: runner.run(OWN, step, job)[0] for step in ("add", "build")}


def _fresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
