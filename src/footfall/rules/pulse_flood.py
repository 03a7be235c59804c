"""Whether events come in bursts, and whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from footfall.incident import Finding
from footfall.rules.evidence import History, Steps, blamed, by_actor, is_customer

PANE = 5_000
LONGEST = 6
"""Panes of the longest burst."""

TIMES = 4
LEAST = 15
"""Events of a pane that can be part of a burst, at least."""


def bursts(finding: Finding, steps: Steps, _history: History) -> Finding | None:
    """Confirms three bursts or more of four times the middle pane, none longer than thirty seconds."""
    found = steps()
    counts = Counter(step.event_time - step.event_time % PANE for step in found)
    loud = loud_panes([counts[at] for at in range(finding.since, finding.until, PANE)])
    runs = [len(run) for run in _runs(loud)]
    if len(runs) < 3 or max(runs) > LONGEST:
        return None
    starts = {finding.since + place * PANE for place in loud}
    actors = {
        name
        for name, acts in by_actor(found).items()
        if not is_customer(acts)
        and 2 * sum(step.event_time - step.event_time % PANE in starts for step in acts) > len(acts)
    }
    return blamed(finding, actors, bursts=len(runs)) if actors else None


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
