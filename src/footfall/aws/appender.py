"""The event log's writing side on Kinesis: events judged, then put, each under its visitor; letters beside."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import boto3
import msgspec
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from footfall.aws.records import told
from footfall.event import IDENTITIES
from footfall.ingest.intake import Submission, judge
from footfall.ports import BusyError, DeadLetter, FootfallError, Receipt

AT_ONCE = 500
TRIES = 6
FIRST_WAIT = 0.05


class Appender:
    """Puts what clients hand in: see ``ingest.collector.sink.Sink``; everything is durable when ``submit`` returns.

    Args:
        stream: name of the Kinesis stream.
        letters: name of the delivery stream of dead letters.
        clock: the time, UTC microseconds.
    """

    def __init__(self, stream: str, letters: str, clock: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._stream, self._letters, self._clock = stream, letters, clock
        self._kinesis = boto3.client("kinesis")

    def submit(
        self,
        rows: Sequence[Any],
        *,
        letters: Sequence[DeadLetter] = (),
        source: str = "collector",
        received_at: int | None = None,
        size: int = 0,  # noqa: ARG002
    ) -> Future[Receipt]:
        """Judges rows and puts them; the future is done, and holds what went wrong if anything did."""
        done: Future[Receipt] = Future()
        stamp = self._clock() if received_at is None else received_at
        try:
            judged = judge([Submission(rows, stamp, source, letters)])
            refused = judged.letters[0]
            offset = self._put(list(records(judged.events)))
            refuse(self._letters, refused)
        except (BotoCoreError, ClientError) as error:
            done.set_exception(FootfallError(f"The stream {self._stream} takes nothing ({error})."))
        except FootfallError as error:
            done.set_exception(error)
        else:
            done.set_result(Receipt(offset, judged.events.num_rows, len(refused)))
        return done

    def _put(self, waiting: list[Mapping[str, Any]]) -> int:
        """Puts records until all are taken; the highest sequence number.

        Raises:
            BusyError: some were not, after ``TRIES`` tries. The client sends all of them again: the same
                ``event_id`` twice is one event.
        """
        highest = 0
        for start in range(0, len(waiting), AT_ONCE):
            left = waiting[start : start + AT_ONCE]
            for tried in range(TRIES):
                answers = self._kinesis.put_records(StreamName=self._stream, Records=left)["Records"]
                highest = max([highest, *(int(each["SequenceNumber"]) for each in answers if "ErrorCode" not in each)])
                left = [record for record, each in zip(left, answers, strict=True) if "ErrorCode" in each]
                if not left:
                    break
                time.sleep(FIRST_WAIT * 2**tried * (0.5 + random.random() / 2))
            if left:
                raise BusyError(f"{len(left)} events found no room in the stream {self._stream}; try again.")
        return highest


def refuse(delivery: str, letters: Sequence[DeadLetter]) -> None:
    """Hands dead letters to their delivery stream, a JSON object a line.

    Raises:
        BusyError: some found no room.
    """
    lines = [{"Data": msgspec.json.encode(letter) + b"\n"} for letter in letters]
    for start in range(0, len(lines), AT_ONCE):
        part = lines[start : start + AT_ONCE]
        answer = boto3.client("firehose").put_record_batch(DeliveryStreamName=delivery, Records=part)
        if answer["FailedPutCount"]:
            raise BusyError("Dead letters found no room; try again.")


def records(events: pa.Table) -> Iterator[Mapping[str, Any]]:
    """Each event as a record: JSON of ``event.json_schema``, put under whoever it is of, never what it is about."""
    for row in told(events):
        who = next(str(row[name]) for name in IDENTITIES if name in row)
        yield {"Data": msgspec.json.encode(row), "PartitionKey": who[:256]}
