"""The law of equal answers over real streams: events in Kinesis, signals through the function, into DynamoDB."""

from __future__ import annotations

import time
from typing import Any

import boto3
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.layout import Layout
from tests.aws.test_functions import kinesis, places, respond_source  # noqa: F401
from tests.conformance.planes import attacks, different, embedded, kept, told
from tests.conformance.test_planes import SAID, events
from tests.conftest import temporary_folder

pytestmark = pytest.mark.slow
MINUTE = 60_000_000
AT_ONCE = 500


def now(name: str) -> pa.Table:
    """Events as if the last of them had just happened."""
    found = events(name)
    last = pc.max(found["received_at"].cast(pa.int64())).as_py()
    later = (time.time_ns() // 1000 - last) // MINUTE * MINUTE
    for column in ("event_time", "received_at"):
        moved = pc.add(found[column], pa.scalar(later, pa.duration("us")))
        found = found.set_column(found.schema.get_field_index(column), column, moved)
    return found


def put(stream: str, records: list[dict[str, Any]]) -> None:
    """Puts records in order."""
    for start in range(0, len(records), AT_ONCE):
        answer = boto3.client("kinesis").put_records(StreamName=stream, Records=records[start : start + AT_ONCE])
        assert answer["FailedRecordCount"] == 0


def delivered(stream: str) -> list[dict[str, Any]]:
    """What lies in a stream of one shard, as a function is given it."""
    from footfall.aws.event_log import pages, shards

    lying = [record for page in pages(stream, shards(stream)[0]) for record in page]
    records = kinesis(*(record.data for record in lying))
    for record, kept_there in zip(records, lying, strict=True):
        record["kinesis"]["sequenceNumber"] = str(kept_there.number)
        record["kinesis"]["approximateArrivalTimestamp"] = kept_there.arrived / 1000
    return records


@pytest.mark.parametrize(("name", "lost"), [("botnet_flood", False), ("card_tester", True), ("flash_sale", False)])
def test_both_planes_say_the_same_over_real_streams(places: dict[str, str], name: str, lost: bool) -> None:  # noqa: F811
    from footfall.aws.functions import respond
    from footfall.aws.incident_store import Incidents
    from footfall.aws.records import records

    found = now(name)
    put(places["CLEAN_STREAM"], [dict(record) for record in records(found)])
    time.sleep(1.5)
    put(places["SIGNALS_STREAM"], [{"Data": msgspec.json.encode(line), "PartitionKey": "s"} for line in told(found)])
    source = respond_source()
    given = delivered(places["SIGNALS_STREAM"])
    for start in range(0, len(given), AT_ONCE):
        source.deliver(given[start : start + AT_ONCE])
        if lost:
            respond._response.cache_clear()
    assert source.given_up == []
    with temporary_folder() as folder:
        own = EmbeddedIncidents(Layout(folder))
        embedded(found, own)
        wanted = kept(own)
    there = kept(Incidents(places["INCIDENTS_TABLE"]))
    assert not different(wanted, there)
    assert attacks(there) >= SAID[name]
