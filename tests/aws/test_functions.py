"""The functions under what AWS gives them: good and bad records, the same twice, a crash between two."""

from __future__ import annotations

import asyncio
import base64
import copy
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.aws.harness import Record, Source, number_of
from tests.aws.tables import new_table

pytestmark = pytest.mark.slow
PAYLOADS = Path(__file__).parents[1] / "payloads/aws"
_NUMBERS = count()


def payload(name: str) -> Any:
    """What AWS sends, as its documentation shows it."""
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def kinesis(*datas: bytes, first: int = 1) -> list[Record]:
    """Records of a shard, as an event source gives them."""
    (shown,) = payload("kinesis_to_lambda")["Records"]
    records = []
    for number, data in enumerate(datas, first):
        record = copy.deepcopy(shown)
        record["kinesis"] |= {"sequenceNumber": str(10**50 + number), "data": base64.b64encode(data).decode()}
        records.append(record)
    return records


def flood(end: int, ip: str = "203.0.113.9") -> bytes:
    """One address over its bound in a window of ten seconds."""
    told = {"watch": "source_flood.burst", "window_end": end, "ip": ip, "events": 90, "actors": 1}
    return json.dumps({**told, "paths": 3, "agents": 1}).encode()


@pytest.fixture
def places(emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A table, a topic, streams and a bucket of the test's own, told as a template tells them."""
    from footfall.aws.functions import respond, verdicts

    assert emulator
    name = f"places-{next(_NUMBERS)}"
    boto3.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    boto3.client("kinesis").create_stream(StreamName=f"{name}-clean", ShardCount=2)
    boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    boto3.client("firehose").create_delivery_stream(
        DeliveryStreamName=name,
        S3DestinationConfiguration={"RoleARN": "arn:aws:iam::0:role/r", "BucketARN": f"arn:aws:s3:::{name}"},
    )
    found = {
        "RAW_STREAM": name,
        "SIGNALS_STREAM": name,
        "CLEAN_STREAM": f"{name}-clean",
        "LETTERS_DELIVERY": name,
        "LAKE_BUCKET": name,
        "INCIDENTS_TABLE": new_table(),
        "ALERTS_TOPIC": boto3.client("sns").create_topic(Name=name)["TopicArn"],
    }
    for variable, value in found.items():
        monkeypatch.setenv(variable, value)
    for cached in (respond._response, verdicts._bucket):
        cached.cache_clear()
    yield found
    for cached in (respond._response, verdicts._bucket):
        cached.cache_clear()


def record_of(places: dict[str, str]) -> dict[str, Any]:
    """All that the store holds."""
    from footfall.aws.incident_store import Incidents

    store = Incidents(places["INCIDENTS_TABLE"])
    incidents = store.incidents(withdrawn=True)
    return {
        "incidents": incidents,
        "alerts": [store.alerts(each.id) for each in incidents],
        "moments": [store.timeline(each.id) for each in incidents],
        "verdicts": store.verdicts(standing=False),
        "waiting": store.waiting(),
    }


TICK = json.dumps({"tick": 3_600_000}).encode()
STORY = [*(flood(end) for end in range(600_000, 620_000, 1_000)), TICK]


def respond_source() -> Source:
    """The responder behind its stream."""
    from footfall.aws.functions.respond import handler

    return Source(handler)


def test_a_flood_opens_judges_and_closes(places: dict[str, str]) -> None:
    source = respond_source()
    source.deliver(kinesis(*STORY))
    told = record_of(places)
    (incident,) = told["incidents"]
    assert (incident.rule, incident.severity, incident.closed is not None) == ("source_flood", "critical", True)
    assert [verdict.subject.name for verdict in told["verdicts"]] == ["203.0.113.9"]
    assert [moment.what for moment in told["moments"][0]] == ["opened", "closed"]
    assert source.given_up == told["waiting"] == []


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_batches_and_deliveries_do_not_matter(places: dict[str, str], cut: int) -> None:
    source, records = respond_source(), kinesis(*STORY)
    for start in range(0, len(records), cut):
        source.deliver(records[start : start + cut])
        source.deliver(records[max(0, start - 2) : start + cut])
    told = record_of(places)
    assert [incident.closed is not None for incident in told["incidents"]] == [True]
    assert [len(alerts) for alerts in told["alerts"]] == [1]
    assert told["alerts"][0][0].last == 619_000
    assert len(told["verdicts"]) == 1


def test_a_poison_record_is_given_up_alone_and_the_rest_counts(places: dict[str, str]) -> None:
    source, records = respond_source(), kinesis(*STORY[:8], b"\xff not a signal", *STORY[8:])
    source.deliver(records)
    assert [number_of(record) for record in source.given_up] == [number_of(records[8])]
    (incident,) = record_of(places)["incidents"]
    assert incident.closed is not None
    assert record_of(places)["alerts"][0][0].last == 619_000


def test_memory_that_is_lost_is_made_again_from_the_stream(places: dict[str, str]) -> None:
    from footfall.aws.functions import respond

    client = boto3.client("kinesis")
    for data in STORY:
        client.put_record(StreamName=places["SIGNALS_STREAM"], Data=data, PartitionKey="s")
    shard = client.list_shards(StreamName=places["SIGNALS_STREAM"])["Shards"][0]["ShardId"]
    start = client.get_shard_iterator(
        StreamName=places["SIGNALS_STREAM"], ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )
    stored = client.get_records(ShardIterator=start["ShardIterator"])["Records"]
    records = kinesis(*STORY)
    for record, kept in zip(records, stored, strict=True):
        record["kinesis"]["sequenceNumber"] = kept["SequenceNumber"]
    for record in records:
        respond._response.cache_clear()
        respond_source().deliver([record])
    told = record_of(places)
    assert [alert.last for alerts in told["alerts"] for alert in alerts] == [619_000]
    assert [incident.closed is not None for incident in told["incidents"]] == [True]


def test_a_table_that_takes_nothing_makes_the_batch_come_again(
    places: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from footfall.aws.table import Table
    from footfall.ports import FootfallError

    real, left = Table.transact, [2]

    def shaky(self: Table, writes: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise FootfallError("nobody is there")
        real(self, writes)

    monkeypatch.setattr(Table, "transact", shaky)
    source = respond_source()
    source.deliver(kinesis(*STORY))
    assert source.given_up == []
    assert [alert.last for alerts in record_of(places)["alerts"] for alert in alerts] == [619_000]


def test_dead_letters_among_the_signals_go_to_the_lake(places: dict[str, str]) -> None:
    letter = {"letter": "raw", "line": 7, "reason": "event_time: not a time", "row": "{}"}
    respond_source().deliver(kinesis(json.dumps(letter).encode()))
    s3 = boto3.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=places["LAKE_BUCKET"])["Contents"]]
    body = b"".join(s3.get_object(Bucket=places["LAKE_BUCKET"], Key=key)["Body"].read() for key in keys)
    kept = {"source": "raw", "line": 7, "reason": "event_time: not a time", "row": "{}", "format": "", "header": ""}
    assert json.loads(body) == kept


def test_a_verdict_that_cannot_be_read_is_given_up_alone(places: dict[str, str]) -> None:
    from footfall.aws.functions.verdicts import handler

    (shown,) = payload("dynamodb_stream_to_lambda")["Records"]
    records = [copy.deepcopy(shown) for _ in range(5)]
    for number, record in enumerate(records):
        record["dynamodb"]["SequenceNumber"] = str(100 + number)
        record["dynamodb"]["NewImage"]["id"] = {"S": f"v{number}"}
    del records[2]["dynamodb"]["NewImage"]["rule"]
    source = Source(handler)
    source.deliver(records)
    source.deliver(records[:2])
    assert [number_of(record) for record in source.given_up] == ["102"]
    from tests.aws.test_deployed import parquet

    rows = parquet(places["LAKE_BUCKET"], "verdicts/day=2019-10-02/")
    assert {row["id"] for row in rows} == {"v0", "v1", "v3", "v4"}


def test_people_are_told_on_their_channels(
    places: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from footfall.aws.functions import notify

    assert places
    boto3.client("ssm").put_parameter(Name="/footfall/channels", Value="log", Type="SecureString", Overwrite=True)
    monkeypatch.setenv("CHANNELS_PARAMETER", "/footfall/channels")
    notify._channels.cache_clear()
    notify.handler(payload("sns_to_lambda"), None)
    assert "One address floods the store" in capsys.readouterr().err


def test_the_edge_shuts_out_who_is_judged(places: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from footfall.aws.functions import block

    assert block.handler(payload("sns_to_lambda"), None) == 0
    waf = boto3.client("wafv2")
    made = waf.create_ip_set(Name="shut-out", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["192.0.2.1/32"])
    now = int(time.time()) * 1000
    respond_source().deliver(kinesis(*(flood(end) for end in range(now, now + 9_000, 1_000))))
    monkeypatch.setenv("IP_SETS", made["Summary"]["ARN"])
    assert block.handler(payload("sns_to_lambda"), None) == 1
    shut = waf.get_ip_set(Name="shut-out", Scope="REGIONAL", Id=made["Summary"]["Id"])["IPSet"]["Addresses"]
    assert shut == ["203.0.113.9/32"]
    assert places


def test_the_collector_behind_a_function_s_address(places: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from footfall.aws.functions import collector
    from tests.aws.test_deployed import events_of

    monkeypatch.setenv("FOOTFALL_COLLECTOR__WRITE_KEYS", "shop")
    collector._adapter.cache_clear()
    loop = asyncio.new_event_loop()  # which the adapter would make, and leave open
    asyncio.set_event_loop(loop)
    event = payload("function_url_to_lambda")
    track = {
        "type": "track",
        "event": "Product Viewed",
        "anonymousId": "a",
        "messageId": "m",
        "properties": {"product_id": "p"},
    }
    event["body"] = json.dumps({"writeKey": "shop", "batch": [track, {**track, "properties": {}}]})
    answers = [collector.handler(event, None) for _ in range(3)]
    assert [answer["statusCode"] for answer in answers] == [200] * 3
    taken = events_of(places["RAW_STREAM"])
    assert [(each["ip"], each["user_agent"]) for each in taken] == [("203.0.113.9", "analytics-python/2.4.0")] * 3
    assert collector.handler({**event, "body": json.dumps({"batch": [track]})}, None)["statusCode"] == 401
    collector._adapter.cache_clear()
    asyncio.set_event_loop(None)
    loop.close()
