"""JSON lines of Google Analytics 4, as BigQuery exports its events."""

from __future__ import annotations

from collections.abc import Iterator

from footfall.config import Store
from footfall.ingest.adapter import Task
from footfall.ingest.dialects import ga4, lines
from footfall.ingest.source import Source

TITLE = "JSON lines of Google Analytics 4 from its BigQuery export; prices in major units"


def sniff(head: bytes) -> bool:
    """A first line that is a JSON object with the export's names."""
    return lines.begins(head, b"event_name", b"event_timestamp")


def tasks(source: Source, store: Store) -> Iterator[Task]:
    """Every line that is not blank."""
    return lines.tasks(source, store, lines.alone, ga4.rows)
