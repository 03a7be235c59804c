"""Whether the engines did the same work: equal answers, and lakes that hold the same rows with every column."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from bench.batch import peers
from bench.batch.steps import Runner
from bench.batch.work import Answers, Job

LAKES = "bench.batch.lakes"


class DisagreementError(Exception):
    """Engines that should have said the same; the message shows the first difference."""


def compare_answers(answers: Mapping[str, Answers]) -> None:
    """Compares each engine's answers with those of the first.

    Raises:
        DisagreementError: some row differs.
    """
    first, *others = answers
    for other in others:
        for question in answers[first]:
            _compare(question, first, sorted(answers[first][question]), other, sorted(answers[other][question]))


def _compare(what: str, one: str, of_one: list[Any], two: str, of_two: list[Any]) -> None:
    if of_one == of_two:
        return
    here, there = next(
        (pair for pair in zip(of_one, of_two, strict=False) if pair[0] != pair[1]), (len(of_one), len(of_two))
    )
    raise DisagreementError(f"{what}: {one} and {two} disagree, first at {here} against {there}")


def compare_lakes(runner: Runner, jobs: Mapping[str, Job]) -> int:
    """Compares what the lakes hold, day by day, by a checksum over all nine columns; gives the rows they agree on.

    Raises:
        DisagreementError: some day differs.
    """
    lakes = {name: Runner(runner.threads).run(LAKES, "digest", job)[1] for name, job in jobs.items()}
    first = peers.OWN if peers.OWN in lakes else next(iter(lakes))
    for name, days in lakes.items():
        _compare("the lake", first, lakes[first], name, days)
    print(f"  {len(lakes)} engines agree in every answer and every row", file=sys.stderr)
    return sum(rows for _day, rows, _sum in lakes[first])
