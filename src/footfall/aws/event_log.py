"""The event log on Kinesis: one shard's events in order, a reader's place kept in DynamoDB."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from footfall.aws import incident_items as items
from footfall.aws.records import row
from footfall.ingest.rows import lean
from footfall.ingest.validate import validate
from footfall.ports import FootfallError

DIGITS = 60
"""Of a sequence number written down: with leading zeros texts are in the order of the numbers, which are too long
for a number of DynamoDB's."""
NUMBER = 56
"""Digits of a sequence number of Kinesis."""
POLL = 0.25
"""Seconds between two looks: a shard may be read five times a second by all its readers together."""
READER = "reader"


class ShardLog:
    """One shard's reading side: see ``ports.EventLog``.

    A batch is what one read gave; its offset is the sequence number of its last record. Shards are read apart, for
    there is no order between them.

    Args:
        stream: name of the Kinesis stream.
        shard: its id.
        table: name of the DynamoDB table of incidents, where readers' places are.
    """

    def __init__(self, stream: str, shard: str, table: str) -> None:
        self._stream, self._shard = stream, shard
        self._table = boto3.resource("dynamodb").Table(table)

    def read(self, after: int, limit: int | None = None) -> Iterator[tuple[int, pa.Table]]:
        """The batches after an offset, at most ``limit``, to the present end; columns without a value are left out.

        Raises:
            FootfallError: the stream cannot be read.
        """
        left = limit if limit is not None else 1 << 62
        for page in pages(self._stream, self._shard, after):
            if left <= 0:
                return
            left -= 1
            yield int(page[-1]["SequenceNumber"]), _events(page)

    def wait(self, after: int, timeout: float) -> bool:
        """Waits until there is a batch after an offset; False when ``timeout`` seconds passed without one."""
        until = time.monotonic() + timeout
        while True:
            if next(pages(self._stream, self._shard, after), None) is not None:
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(POLL)

    def offset(self, reader: str) -> int:
        """How far a reader has come; 0 for one that is not known."""
        found = self._table.get_item(Key=self._place(reader), ConsistentRead=True).get("Item")
        return int(found["offset"]) if found else 0

    def commit(self, reader: str, offset: int) -> None:
        """Makes a reader known, and how far it has come durable; it never goes back."""
        try:
            self._table.put_item(
                Item={**self._place(reader), "offset": f"{offset:0{DIGITS}}"},
                ConditionExpression="attribute_not_exists(#offset) OR #offset < :offset",
                ExpressionAttributeNames={"#offset": "offset"},
                ExpressionAttributeValues={":offset": f"{offset:0{DIGITS}}"},
            )
        except self._table.meta.client.exceptions.ConditionalCheckFailedException:
            return

    def _place(self, reader: str) -> items.Key:
        return items.key(f"{READER}#{reader}", f"{self._stream}#{self._shard}")


def pages(stream: str, shard: str, after: int) -> Iterator[list[Mapping[str, Any]]]:
    """What lies in a shard behind a sequence number (0: from its beginning), as it is read; to the present end.

    Raises:
        FootfallError: the stream cannot be read.
    """
    start = (
        {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": f"{after:0{NUMBER}}"}
        if after
        else {"ShardIteratorType": "TRIM_HORIZON"}
    )
    kinesis = boto3.client("kinesis")
    try:
        place = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **start)["ShardIterator"]
        while place:
            answer = kinesis.get_records(ShardIterator=place)
            if page := [record for record in answer["Records"] if int(record["SequenceNumber"]) > after]:
                yield page
            elif not answer["Records"] and answer.get("MillisBehindLatest", 0) == 0:
                return
            place = answer.get("NextShardIterator")
    except (BotoCoreError, ClientError) as error:
        raise FootfallError(f"The stream {stream} cannot be read ({error}).") from error


def shards(stream: str) -> list[str]:
    """The ids of a stream's shards."""
    listed = boto3.client("kinesis").list_shards(StreamName=stream)["Shards"]
    return sorted(shard["ShardId"] for shard in listed)


def _events(page: list[Mapping[str, Any]]) -> pa.Table:
    """The good events of records; of what is none, put there past the collector, the ingestion tells."""
    judged = [row(record["Data"]) for record in page]
    good = [read for read, reason in judged if not reason]
    return validate(lean(good))[0]
