"""What the responder does with a batch of signals: keep, tell, pass dead letters on, count."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from footfall import rules
from footfall.aws import signals
from footfall.aws.appender import refuse
from footfall.aws.behind import Behind
from footfall.aws.event_log import Shards, pages, shards
from footfall.aws.incident_store import Incidents
from footfall.aws.meter import FINDINGS, LAG, LATE, LETTERS, UNSEEN, tell
from footfall.aws.notify import Herald
from footfall.aws.sentry import Numbered, Sentry, lags, longest
from footfall.aws.signals import LETTER, WATCH, Signal, parse
from footfall.ports import DeadLetter, FootfallError

UNIT = "respond"


@dataclass
class Batch:
    """The signals of a batch up to the first that cannot be read: order is kept, so nothing behind it counts."""

    numbered: list[Numbered] = field(default_factory=list)
    failed: bool = False

    def add(self, record: Any) -> None:
        """Takes one record of a Kinesis event.

        Raises:
            FootfallError: it, or one before it, is no signal.
        """
        if self.failed:
            raise FootfallError("A record before this one could not be read.")
        try:
            arrived = round(float(record.kinesis.approximate_arrival_timestamp) * 1000)
            signal = parse(record.kinesis.data_as_bytes(), arrived)
        except FootfallError:
            self.failed = True
            raise
        self.numbered.append((int(record.kinesis.sequence_number), signal))


class Response:
    """The responder of one deployment, from one invocation to the next.

    Args:
        table: of incidents.
        topic: ARN of the alerts' topic.
        letters: name of the dead letters' delivery stream.
        stream: name of the signals stream.
        clean: name of the stream of clean events.
    """

    def __init__(self, table: str, topic: str, letters: str, stream: str, clean: str) -> None:
        store, known = Incidents(table), rules.rules()
        behind = Behind(Shards(clean), longest(known), lambda: time.time_ns() // 1_000_000)
        self._sentry = Sentry(store, lambda after, until: replay(stream, after, until), known, behind)
        self._herald, self._letters = Herald(store, topic), letters

    def take(self, batch: Batch, now: int) -> None:
        """Takes a batch at ``now``, UTC ms.

        Raises:
            FootfallError: it is to be given again.
        """
        fresh = self._sentry.take(batch.numbered)
        letters = [_letter(signal) for signal in fresh if signal.kind == LETTER]
        refuse(self._letters, letters)
        self._herald.deliver(now)
        late = list(lags(fresh, now))
        figures = {FINDINGS: sum(signal.kind == WATCH for signal in fresh), LETTERS: len(letters)}
        figures[LATE] = sum(int(signal.row.get("events", 0)) for signal in fresh if signal.kind == signals.LATE)
        figures[UNSEEN] = self._sentry.unseen
        tell(UNIT, figures | ({LAG: max(late)} if late else {}))


def replay(stream: str, after: int, until: int) -> Iterator[Numbered]:
    """The signals of the stream's one shard after a sequence number up to another; what is none is passed over."""
    for page in pages(stream, shards(stream)[0], after):
        for record in page:
            if record.number > until:
                return
            try:
                yield record.number, parse(record.data, record.arrived)
            except FootfallError:
                continue


def _letter(signal: Signal) -> DeadLetter:
    row = signal.row
    told = row.get("row", "")
    text = told if isinstance(told, str) else msgspec.json.encode(told).decode()
    return DeadLetter(signal.name, int(row.get("line", 0)), str(row.get("reason", "")), text)
