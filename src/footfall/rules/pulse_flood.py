"""Whether events come in bursts, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from footfall.incident import Finding
from footfall.rules.actors import READ, Actors
from footfall.rules.evidence import Events, History, blamed

PANE = 5_000
LONGEST = 6
"""Panes of the longest burst."""

TIMES = 4
LEAST = 15
"""Events of a pane that can be part of a burst, at least."""


def bursts(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms three bursts or more of four times the middle pane, none longer than thirty seconds."""
    times = events.table("event_time")["event_time"].to_numpy()
    panes = (finding.until - finding.since) // PANE
    counts = np.bincount((times - finding.since) // PANE, minlength=panes)
    loud = loud_panes(counts.tolist())
    runs = [len(run) for run in _runs(loud)]
    if len(runs) < 3 or max(runs) > LONGEST:
        return None
    actors = Actors(events.table(*READ, "user_session"))
    within = actors.sum(np.isin((actors.times - finding.since) // PANE, loud))
    chosen = actors.plainest(~actors.customers & (2 * within > actors.count()))
    return blamed(finding, actors.named(chosen), bursts=len(runs)) if chosen.any() else None


def loud_panes(counts: Sequence[int]) -> list[int]:
    """Places of the panes of at least four times the middle one."""
    middle = sorted(counts)[len(counts) // 2]
    bound = max(LEAST, TIMES * middle)
    return [place for place, count in enumerate(counts) if count >= bound]


def _runs(places: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = [[places[0]]] if places else []
    for before, after in pairwise(places):
        if after - before > 1:
            runs.append([])
        runs[-1].append(after)
    return runs
