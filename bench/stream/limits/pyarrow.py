"""Arrow's own reader of JSON lines, with a schema."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import json

from bench.stream.work import Job

TITLE = "PyArrow read_json, 8 columns"
DISTRIBUTION = "pyarrow"

TEXTS = ("event_type", "product_id", "user_session", "ip", "user_agent", "path")


def parse(job: Job) -> dict[str, int]:
    """Reads every block."""
    time = pa.timestamp("us", tz="UTC")
    schema = pa.schema([("event_time", time), ("received_at", time), *((name, pa.string()) for name in TEXTS)])
    options = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    pa.set_cpu_count(job.threads)
    with json.open_json(job.stream, json.ReadOptions(block_size=8 << 20), options) as reader:
        return {"events": sum(len(batch) for batch in reader)}
