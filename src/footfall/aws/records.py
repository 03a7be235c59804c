"""Records of a stream of events: as they lie in their shards, and as the relation that rules read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.copies import ID
from footfall.detect.relation import relation
from footfall.event import IDENTITIES, EventType
from footfall.ingest.rows import Row, lean, told
from footfall.ingest.validate import validate

ARRIVED = "arrived"
"""When the stream took an event, UTC ms: by this, and never by when it was read, an event is seen or not."""
_PLAIN = msgspec.json.Decoder(Row)
ONCE = "once"
"""The same for records of one ``event_id``; NULL where there is none, for then nothing says so."""


class Record(NamedTuple):
    """One record: its place in its shard, when the stream took it, UTC ms, an event as JSON."""

    number: int
    arrived: int
    data: bytes


class Stream(Protocol):
    """The records of a stream; there is no order between its shards."""

    def shards(self) -> list[str]:
        """Their ids."""

    def pages(self, shard: str, after: int = 0, since: int = 0) -> Iterator[list[Record]]:
        """What lies behind a place, or, where that is 0, was taken since a moment, UTC ms; to the present end.

        Raises:
            FootfallError: it cannot be read.
        """


def records(events: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Each event as a record: JSON of ``event.json_schema``, put under whoever it is of, never what it is about."""
    for event in spelled(events):
        who = next(str(event[name]) for name in IDENTITIES if name in event)
        yield {"Data": msgspec.json.encode(event), "PartitionKey": who[:256]}


def spelled(events: pa.Table) -> Iterator[dict[str, Any]]:
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


def events(datas: Sequence[bytes]) -> pa.Table:
    """The good events of records; of what is none, put there past the collector, the ingestion tells."""
    return _judged(datas)[0]


def seen(records: Sequence[Record]) -> pa.Table:
    """The good events of records as the relation, with two columns more: ``ARRIVED`` and ``ONCE``."""
    found, kept = _judged([record.data for record in records])
    arrived = pa.array([records[place].arrived for place in kept], pa.int64())
    found = found.append_column(ARRIVED, arrived).append_column(ONCE, _once(found))
    found = found.filter(pc.not_equal(found["event_type"], str(EventType.REQUEST)))
    more = [found[name] for name in (ARRIVED, ONCE)]
    rows = relation(found)
    return rows.append_column(ARRIVED, more[0]).append_column(ONCE, more[1])


def _judged(datas: Sequence[bytes]) -> tuple[pa.Table, list[int]]:
    """The good events, and which records they are."""
    rows, places = [], []
    for place, data in enumerate(datas):
        read, reason = row(data)
        if not reason:
            rows.append(read)
            places.append(place)
    table, reasons = validate(lean(rows))
    return table, [place for place, good in zip(places, reasons.good.tolist(), strict=True) if good]


def row(data: bytes) -> tuple[Any, str]:
    """A record as a row for ``validate``, or why it is none; nearly every one is just as an event is written here."""
    with suppress(msgspec.MsgspecError):
        return _PLAIN.decode(data), ""
    try:
        read = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None, "not JSON"
    return told(read) if isinstance(read, dict) else (None, "not a JSON object")


def _once(found: pa.Table) -> pa.Array:
    """A number for each id."""
    if ID not in found.column_names:
        return pa.nulls(len(found), pa.int64())
    return pa.array([None if name is None else hash(name) for name in found[ID].to_pylist()], pa.int64())
