"""The event log on Kinesis: the laws of every plane; events judged when they are read; shards apart."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import boto3
import pytest

from tests.aws.tables import new_table
from tests.conformance.event_log import EventLogLaws, Log, ids
from tests.conftest import event

pytestmark = pytest.mark.slow
_NUMBERS = count()


def new_stream(shards: int = 1) -> str:
    """A stream that holds nothing."""
    name = f"log-{next(_NUMBERS)}"
    boto3.client("kinesis").create_stream(StreamName=name, ShardCount=shards)
    return name


def opened(stream: str, table: str, place: int = 0) -> Any:
    """The reading side of one of its shards."""
    from footfall.aws.event_log import ShardLog, shards

    return ShardLog(stream, shards(stream)[place], table)


@pytest.fixture
def log(emulator: str) -> Log:
    """A stream of one shard."""
    from footfall.aws.appender import Appender

    assert emulator
    stream, table = new_stream(), new_table()
    return Log(lambda rows: Appender(stream, "none").submit(rows).result(), lambda: opened(stream, table))


class TestKinesis(EventLogLaws):
    """The laws of every plane, on a shard."""

    large = True


@pytest.mark.usefixtures("emulator")
def test_what_is_no_event_is_passed_over() -> None:
    stream = new_stream()
    good = json.dumps(event("2024-05-01T12:00:00Z", event_id="a")).encode()
    for data in (b"{", b"[]", b'{"event_type": "view"}', good, b'{"price": "dear"}'):
        boto3.client("kinesis").put_record(StreamName=stream, Data=data, PartitionKey="k")
    assert ids(opened(stream, new_table())) == ["a"]


@pytest.mark.usefixtures("emulator")
def test_records_are_read_since_a_moment() -> None:
    import time

    from footfall.aws.event_log import Shards

    stream = new_stream()
    client = boto3.client("kinesis")
    client.put_record(StreamName=stream, Data=b"early", PartitionKey="k")
    time.sleep(0.6)
    now = time.time_ns() // 1_000_000 - 300
    client.put_record(StreamName=stream, Data=b"late", PartitionKey="k")
    shards = Shards(stream)
    (shard,) = shards.shards()
    assert [record.data for page in shards.pages(shard, since=now) for record in page] == [b"late"]
    assert [record.data for page in shards.pages(shard) for record in page] == [b"early", b"late"]
