"""Whether a visit is over, so that it is judged whole and once."""

from __future__ import annotations

from footfall.incident import Finding
from footfall.rules.evidence import Events, History

SILENCE = 60_000
"""Milliseconds of silence before and after a visit that lies whole in its window."""


def ended(finding: Finding, events: Events, _history: History) -> Finding | None:
    """Confirms if the window holds the visit from its first event to a silence after its last."""
    times = events.table("event_time")["event_time"].to_numpy()
    whole = times.min() >= finding.since + SILENCE and times.max() < finding.until - SILENCE
    return finding if whole else None
