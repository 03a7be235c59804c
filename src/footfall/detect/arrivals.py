"""Which events are on time, and how far the time of events has come."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc

ALLOWED = 5_000
"""How late an event may be received and still be watched live, ms."""


class Arrivals:
    """Splits off late events by what they say of themselves, and keeps the watermark.

    Args:
        allowed: an event is late when it was received more than so many ms after it happened.
    """

    def __init__(self, allowed: int = ALLOWED) -> None:
        self._allowed = allowed
        self.late = 0
        self.seen = 0
        self.watermark = -1
        self._latest = -1

    @property
    def ahead(self) -> int:
        """How long the present, the latest receipt, is after the watermark, ms."""
        return self._allowed

    def take(self, events: pa.Table) -> pa.Table:
        """The events that are on time; the others are counted in ``late``.

        Args:
            events: the relation, in order of arrival. What stands behind the watermark of earlier calls is late too:
                it was received out of order.
        """
        if not len(events):
            return events
        lag = pc.subtract(events["received_at"], events["event_time"])
        in_time = pc.and_(pc.less_equal(lag, self._allowed), pc.greater(events["event_time"], self.watermark))
        kept = events if pc.all(in_time).as_py() else events.filter(in_time)
        self.late += len(events) - len(kept)
        self.seen += len(kept)
        self.idle(pc.max(events["received_at"]).as_py())
        if len(kept):
            self._latest = max(self._latest, pc.max(kept["event_time"]).as_py())
        return kept

    def idle(self, now: int) -> int:
        """Nothing more was received until ``now``, UTC ms; returns the watermark that follows."""
        self.watermark = max(self.watermark, now - self._allowed - 1)
        return self.watermark

    def flush(self) -> int:
        """The end of the input: returns the first ms after everything seen."""
        self.watermark = max(self.watermark, self._latest)
        return self.watermark + 1

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        return json.dumps([self.late, self.seen, self.watermark, self._latest]).encode()

    def restore(self, state: bytes) -> None:
        """Goes on where a snapshot was taken."""
        self.late, self.seen, self.watermark, self._latest = json.loads(state)
