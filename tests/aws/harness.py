"""What AWS Lambda does with a stream's batch, as its documentation says, for emulators do not: our own harness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Handler = Callable[[dict[str, Any], Any], Any]
Record = dict[str, Any]


def number_of(record: Record) -> str:
    """A record's sequence number, of Kinesis or of DynamoDB Streams."""
    of = record.get("kinesis") or record["dynamodb"]
    return str(of.get("sequenceNumber") or of["SequenceNumber"])


@dataclass
class Source:
    """An event source mapping: partial failure, halves, retries, a queue for what is given up.

    Attributes:
        handler: the function.
        retries: how often a batch that fails is tried again.
        given_up: records that went to the queue.
        calls: how many records each call was given.
    """

    handler: Handler
    retries: int = 3
    given_up: list[Record] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)

    def deliver(self, records: Sequence[Record], left: int | None = None) -> None:
        """Gives records in order until each was taken or given up."""
        left = self.retries if left is None else left
        failed = self._call(records)
        if failed is None:
            return
        rest = list(records[failed:])
        if left == 0:
            self.given_up += rest
        elif len(rest) > 1:
            half = (len(rest) + 1) // 2
            self.deliver(rest[:half], left - 1 if failed == 0 and half == len(records) else left)
            self.deliver(rest[half:], left)
        else:
            self.deliver(rest, left - 1)

    def _call(self, records: Sequence[Record]) -> int | None:
        """Where the first failure of a batch is; None where there is none."""
        self.calls.append(len(records))
        try:
            answer = self.handler({"Records": list(records)}, None)
        except Exception:
            return 0
        failures = {each["itemIdentifier"] for each in (answer or {}).get("batchItemFailures", ())}
        places = [place for place, record in enumerate(records) if number_of(record) in failures]
        return min(places) if places else None
