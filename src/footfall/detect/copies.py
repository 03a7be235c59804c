"""Events that came twice: a client that did not hear the answer sends them again."""

from __future__ import annotations

from itertools import takewhile

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.arrivals import ALLOWED
from footfall.detect.relation import milliseconds

ID = "event_id"
ONE, PLACE = "one", "place"
"""Columns by which Flink knows copies: which event a row is; texts in order of time and arrival, none twice."""


class Copies:
    """Lets each ``event_id`` through once; events without one are all let through.

    A copy is an event whose id came up to ``within`` ms before, be that a copy too. What comes again later is late, as
    what came before would be by then.

    Args:
        within: ms for which ids are remembered.
    """

    def __init__(self, within: int = ALLOWED) -> None:
        self._within = within
        self._seen: dict[str, int] = {}
        self.dropped = 0

    def without(self, events: pa.Table) -> pa.Table:
        """The events without copies.

        Args:
            events: any of the columns of the event's schema, in order of arrival.
        """
        if ID not in events.schema.names or events[ID].null_count == len(events):
            return events
        ids, received = events[ID].to_pylist(), _received(events)
        self._forget(received[0])
        fresh = dict(zip(ids, received, strict=True))
        if len(fresh) == len(ids) and None not in fresh and fresh.keys().isdisjoint(self._seen):
            self._seen.update(fresh)
            return events
        kept = [self._first(key, at) for key, at in zip(ids, received, strict=True)]
        self.dropped += len(kept) - sum(kept)
        return events if all(kept) else events.filter(pa.array(kept))

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        return msgspec.msgpack.encode([self.dropped, self._seen])

    def restore(self, state: bytes) -> None:
        """Goes on where a snapshot was taken."""
        self.dropped, self._seen = msgspec.msgpack.decode(state)

    def _first(self, key: str | None, at: int) -> bool:
        if key is None:
            return True
        before = self._seen.pop(key, None)
        self._seen[key] = at
        return before is None or at - before > self._within

    def _forget(self, now: int) -> None:
        """Lets go of the ids that came longest ago, as long as they are too old to be of use."""
        old = [key for key, _ in takewhile(lambda item: now - item[1] > self._within, self._seen.items())]
        for key in old:
            del self._seen[key]


def _received(events: pa.Table) -> list[int]:
    """When each event was received, else happened, UTC ms."""
    times = milliseconds(events, "event_time")
    found: list[int] = pc.coalesce(milliseconds(events, "received_at"), times).to_pylist()
    return found
