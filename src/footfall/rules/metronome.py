"""Whether a visit is over, so that it is judged whole and once."""

from __future__ import annotations

from footfall.incident import Finding
from footfall.rules.evidence import Events, History

SILENCE = 60_000
"""Milliseconds of silence before and after a visit that lies whole in its window."""


def ended(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms if the window holds the visit from its first event to a silence after its last."""
    times = [step.event_time for step in events()]
    whole = times[0] >= finding.since + SILENCE and times[-1] < finding.until - SILENCE
    return finding if whole else None
