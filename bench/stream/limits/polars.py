"""A lazy scan with a schema, the streaming engine, a batch at a time."""

from __future__ import annotations

from bench.stream.peers.polars import batches
from bench.stream.work import Job

TITLE = "Polars scan_ndjson, 8 columns"
DISTRIBUTION = "polars"


def parse(job: Job) -> dict[str, int]:
    """Reads every batch."""
    return {"events": sum(len(batch) for batch in batches(job))}
