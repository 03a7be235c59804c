"""Records of ``raw`` and ``clean``: an event each, as JSON of ``event.json_schema``, read and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa

from footfall.ingest import rows


def row(data: bytes) -> tuple[Any, str]:
    """A record as a row for ``validate``, or why it is none."""
    try:
        read = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None, "not JSON"
    return rows.told(read) if isinstance(read, dict) else (None, "not a JSON object")


def told(events: pa.Table) -> Iterator[dict[str, Any]]:
    """Events as their JSON's objects: nothing for NULL, times ISO 8601 in UTC with microseconds."""
    for event in events.to_pylist():
        known = {name: value for name, value in event.items() if value is not None}
        yield {name: _iso(value) if hasattr(value, "isoformat") else value for name, value in known.items()} | _extra(
            event
        )


def _iso(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def _extra(event: Mapping[str, Any]) -> dict[str, Any]:
    """What else a source said is an object in JSON, and its text in a table."""
    return {"extra": msgspec.json.decode(event["extra"])} if event.get("extra") else {}
