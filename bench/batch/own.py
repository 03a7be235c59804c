"""What only Footfall does: marts, a day on top of others, questions answered from marts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench.batch.peers.footfall import load, open_lake
from bench.batch.work import Job
from footfall.embedded import run

if TYPE_CHECKING:
    from footfall.embedded.answers import Answers

TITLE = "Footfall"
DISTRIBUTION = "footfall"

REPEATS = 7
RANGE = timedelta(days=29)
"""From the first to the last of 30 days."""


def add(job: Job) -> None:
    """Brings a file into the lake."""
    load(job)


def build(job: Job) -> list[int]:
    """Brings every mart up to date; gives the days counted again and the days there are."""
    report = run.build(open_lake(job), lambda _done, _all: None)
    return [report.counted, report.days]


def ask(job: Job) -> dict[str, list[Any]]:
    """Each question over all days: milliseconds at first, and of each repetition; then its rows, or what went wrong."""
    from footfall import insights

    return {name: _timed(job, name) for name in insights.questions()}


def _timed(job: Job, name: str) -> list[Any]:
    from footfall.embedded.answers import Answers

    try:
        answers = Answers(open_lake(job))
        timings = [_milliseconds(lambda: answers.ask(name)) for _ in range(1 + REPEATS)]
        return [timings, answers.ask(name).num_rows, ""]
    except Exception as error:
        return [[], 0, f"{type(error).__name__}: {error}".splitlines()[0]]


def ranges(job: Job) -> list[list[Any]]:
    """Distinct visitors of 30 days, from every day on that allows it: the day, milliseconds, visitors."""
    from footfall.embedded.answers import Answers

    lake = open_lake(job)
    days = sorted(lake.days())
    starts = [day for day in days if day + RANGE <= days[-1]] or days[:1]
    return [[str(day), *_visitors(Answers(lake, day, day + RANGE))] for day in starts]


def _visitors(answers: Answers) -> tuple[float, int]:
    timings = [_milliseconds(lambda: answers.ask("visitors_of_range")) for _ in range(REPEATS)]
    found = answers.ask("visitors_of_range").column("visitors_net")[0].as_py()
    return statistics.median(timings), int(found)


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
