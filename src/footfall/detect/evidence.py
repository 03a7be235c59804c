"""What the events behind a finding show: first and last, a few of them, what they ask for most."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.alerts import Sighting

SAMPLES = 5
TOP = 5
_SHOWN = ("event_time", "event_type", "product_id", "path", "ip", "user_agent", "user_session", "user_id", "status")
_RANKED = {"paths": "path", "products": "product_id", "agents": "user_agent", "addresses": "ip"}
READ = (*_SHOWN, "received_at")
"""The columns that evidence is made of."""


def sighting(rows: pa.Table, since: int, until: int) -> Sighting:
    """First and last event, five events spread over the window, the commonest paths, products, agents and addresses.

    Args:
        rows: the columns :data:`READ` of the finding's events; none where it has no events of its own.
        since: start of the window, UTC ms; stands for the first event where there are no rows.
        until: its end.
    """
    if not rows.num_rows:
        return Sighting(since, until - 1, {})
    rows = rows.take(pc.sort_indices(rows, [(name, "ascending") for name in ("event_time", "received_at")]))
    places = sorted({round(part * (rows.num_rows - 1) / (SAMPLES - 1)) for part in range(SAMPLES)})
    evidence: dict[str, Any] = {
        "samples": rows.select(_SHOWN).take(pa.array(places)).to_pylist(),
        **{f"top_{name}": top(rows[column]) for name, column in _RANKED.items()},
    }
    return Sighting(rows["event_time"][0].as_py(), rows["event_time"][-1].as_py(), evidence)


def top(column: pa.ChunkedArray) -> list[tuple[str, int]]:
    """The commonest values with their counts; ties in order of the value."""
    counts = Counter({entry["values"].as_py(): entry["counts"].as_py() for entry in pc.value_counts(column)})
    counts.pop(None, None)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP]
