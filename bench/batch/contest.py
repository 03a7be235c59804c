"""The engines side by side: every round runs each of them, in another order, and compares what they answered."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.batch import agree, measure, peers
from bench.batch.measure import Cost
from bench.batch.steps import MissingError, Runner
from bench.batch.work import Answers, Job


@dataclass
class Entry:
    """One engine's runs: costs by step, a run a round; the size of its lake; what is known about it."""

    name: str
    about: dict[str, str]
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    lake_bytes: int = 0

    def best(self, step: str) -> Cost:
        """The best run of a step."""
        return measure.best(self.costs[step])

    @property
    def total(self) -> Cost:
        """Import and questions together, each at its best."""
        return measure.total([self.best("load"), self.best("answer")])

    @property
    def noise(self) -> float:
        """How far the runs of the import lie apart."""
        return measure.spread(self.costs["load"])


@dataclass
class Contest:
    """All engines that could run, those that could not and why, and whether the answers agreed."""

    entries: dict[str, Entry] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rows: int = 0


def hold(runner: Runner, csv: Path, folder: Path, names: Sequence[str], rounds: int) -> Contest:
    """Runs the engines.

    Raises:
        FailedError: an engine could not do its work.
        DisagreementError: two engines answered differently.
    """
    contest = Contest()
    for name in names:
        _introduce(runner, contest, name, _job(runner, csv, folder, name))
    for turn in range(rounds):
        present = list(contest.entries)
        answers = {}
        for name in present[turn % len(present) :] + present[: turn % len(present)]:
            measure.warm(csv)
            answers[name] = _take_turn(runner, contest.entries[name], _job(runner, csv, folder, name))
        agree.compare_answers(answers)
    contest.rows = agree.compare_lakes(runner, {name: _job(runner, csv, folder, name) for name in contest.entries})
    return contest


def _job(runner: Runner, csv: Path, folder: Path, name: str) -> Job:
    return Job(csv, folder / name, runner.threads)


def _introduce(runner: Runner, contest: Contest, name: str, job: Job) -> None:
    try:
        _, about = runner.run(peers.module(name), "about", job)
        contest.entries[name] = Entry(name, about)
    except MissingError as missing:
        print(f"  {name}: {missing}; left out", file=sys.stderr)
        contest.missing[name] = str(missing)


def _take_turn(runner: Runner, entry: Entry, job: Job) -> Answers:
    shutil.rmtree(job.home, ignore_errors=True)
    job.home.mkdir(parents=True)
    answers: Answers = {}
    for step in ("load", "answer"):
        cost, answers = runner.run(peers.module(entry.name), step, job)
        entry.costs.setdefault(step, []).append(cost)
    entry.lake_bytes = sum(path.stat().st_size for path in job.lake.glob("event_date=*/*.parquet"))
    return answers
