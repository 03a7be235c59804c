"""What the events behind a finding show: first and last, a few of them, what they ask for most."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
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
        "samples": _shown(rows, places),
        **{f"top_{name}": top(rows[column]) for name, column in _RANKED.items()},
    }
    return Sighting(rows["event_time"][0].as_py(), rows["event_time"][-1].as_py(), evidence)


def _shown(rows: pa.Table, places: Sequence[int]) -> list[dict[str, Any]]:
    """Rows in order of time by their places; those of one moment are in order of what they say, however they came."""
    moments = np.stack([rows[name].to_numpy() for name in ("event_time", "received_at")])
    edges = np.append(0, np.flatnonzero((moments[:, 1:] != moments[:, :-1]).any(axis=0)) + 1)
    after = np.searchsorted(edges, places, side="right")
    spans = [range(first, end) for first, end in zip(edges[after - 1], np.append(edges, len(rows))[after], strict=True)]
    tied = iter(rows.select(_SHOWN).take(np.concatenate(spans)).to_pylist())
    found = []
    for place, span in zip(places, spans, strict=True):
        alike = sorted(islice(tied, len(span)), key=lambda row: [(value is not None, value) for value in row.values()])
        found.append(alike[place - span.start])
    return found


def top(column: pa.ChunkedArray) -> list[tuple[str, int]]:
    """The commonest values with their counts; ties in order of the value."""
    found = pc.value_counts(column)
    counts = zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True)
    return sorted((item for item in counts if item[0] is not None), key=lambda item: (-item[1], item[0]))[:TOP]
