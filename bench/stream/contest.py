"""The engines side by side: every round runs each, in another order, and compares its rows with the oracle's."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.batch import measure
from bench.batch.measure import Cost
from bench.batch.steps import FailedError, MissingError, Runner
from bench.stream import data, peers
from bench.stream.agree import Agreement, compare
from bench.stream.data import Stream
from bench.stream.texts import RULES
from bench.stream.work import Job

ORACLE = "bench.stream.oracle"


@dataclass
class Entry:
    """One engine's runs on one stream: what is known about it, what each run cost, how its rows compare."""

    name: str
    about: dict[str, Any]
    stream: Stream
    costs: list[Cost] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)

    @property
    def best(self) -> Cost:
        """The best run."""
        return measure.best(self.costs)

    @property
    def rate(self) -> float:
        """Events a second, the whole process from start to end."""
        return self.stream.events / self.best.seconds

    @property
    def worst(self) -> Agreement:
        """How its rows compare, in the run that was furthest off."""
        return max(self.agreements, key=lambda found: found.missing + found.wrong)


@dataclass
class Contest:
    """All runs, those that could not run and why, those that went wrong and how, and the right rows by rule."""

    entries: list[Entry] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    oracles: dict[int, Path] = field(default_factory=dict)

    def own(self, stream: Stream) -> Entry | None:
        """Footfall's runs on the same stream."""
        same = (entry for entry in self.entries if entry.name == peers.OWN and entry.stream == stream)
        return next((entry for entry in same if entry.costs), None)


def hold(runner: Runner, stream: Stream, folder: Path, names: Sequence[str], rounds: int) -> Contest:
    """Runs the engines; one that is given only the first events is compared with Footfall on the same."""
    contest = Contest()
    for name in names:
        _introduce(runner, contest, name, stream, folder)
    given = {entry.stream.events: entry.stream for entry in contest.entries}
    own = next((entry for entry in contest.entries if entry.name == peers.OWN), None)
    if own:
        contest.entries += [Entry(peers.OWN, own.about, part) for part in given.values() if part != own.stream]
    for part in given.values():
        _ask_oracle(runner, contest, part, folder)
    for turn in range(rounds):
        present = list(contest.entries)
        for entry in present[turn % len(present) :] + present[: turn % len(present)]:
            if entry.name not in contest.failed:
                _take_turn(runner, contest, entry, folder)
    contest.entries = [entry for entry in contest.entries if entry.agreements]
    return contest


def job_of(stream: Stream, folder: Path, name: str, threads: int) -> Job:
    """An engine's task, in an empty folder of its own."""
    home = folder / f"{name}-{stream.events}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    return Job(stream.path.resolve(), RULES, home.resolve(), threads)


def _introduce(runner: Runner, contest: Contest, name: str, stream: Stream, folder: Path) -> None:
    try:
        _, about = runner.run(peers.module(name), "about", job_of(stream, folder, name, runner.threads))
        contest.entries.append(Entry(name, about, data.head(stream, about["most"] or stream.events)))
    except MissingError as missing:
        print(f"  {name}: {missing}; left out", file=sys.stderr)
        contest.missing[name] = str(missing)


def _ask_oracle(runner: Runner, contest: Contest, stream: Stream, folder: Path) -> None:
    job = job_of(stream, folder, "oracle", runner.threads)
    runner.run(ORACLE, "watch", job)
    contest.oracles[stream.events] = job.findings


def _take_turn(runner: Runner, contest: Contest, entry: Entry, folder: Path) -> None:
    job = job_of(entry.stream, folder, entry.name, runner.threads)
    module = peers.module(entry.name)
    try:
        if entry.about["prepare"]:
            runner.run(entry.about["prepare"], "prepare", job)
        measure.warm(entry.stream.path)
        cost, _ = runner.run(module, "watch", job)
        if entry.about["collects"]:
            runner.run(module, "collect", job)
        entry.costs.append(cost)
        entry.agreements.append(compare(contest.oracles[entry.stream.events], job.findings))
        print(f"  {entry.name:12} {entry.agreements[-1]}", file=sys.stderr)
    except FailedError as failed:
        print(f"  {entry.name}: {failed}; left out", file=sys.stderr)
        contest.failed[entry.name] = str(failed)
    shutil.rmtree(job.home / "parts", ignore_errors=True)
