"""JSON lines of Snowplow's tracker payloads: an event a line, or an envelope of several."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.config import Store
from footfall.ingest.adapter import Task
from footfall.ingest.dialects import lines, snowplow
from footfall.ingest.source import Source

TITLE = "JSON lines of Snowplow's tracker payloads; prices in major units"


def sniff(head: bytes) -> bool:
    """A first line that is a JSON object as the tracker protocol has it."""
    return lines.begins(head, b"e", b"tv") or lines.begins(head, b"schema", b"data")


def tasks(source: Source, store: Store) -> Iterator[Task]:
    """Every line that is not blank."""
    return lines.tasks(source, store, snowplow.events, snowplow.rows)
