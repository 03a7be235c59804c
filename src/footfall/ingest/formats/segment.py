"""JSON lines of Segment's and RudderStack's events, as their raw storage keeps them."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.config import Store
from footfall.ingest.adapter import Task
from footfall.ingest.dialects import lines, segment
from footfall.ingest.source import Source

TITLE = "JSON lines of Segment's or RudderStack's events; prices in major units"


def sniff(head: bytes) -> bool:
    """A first line that is a JSON object with a type and an id as Segment's clients give them."""
    return any(
        lines.begins(head, b"type", name) for name in (b"messageId", b"anonymousId", b"userId", b"originalTimestamp")
    )


def tasks(source: Source, store: Store) -> Iterator[Task]:
    """Every line that is not blank."""
    return lines.tasks(source, store, segment.events, segment.rows)
