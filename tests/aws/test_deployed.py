"""The whole plane, deployed unmodified: events in by real clients, alerts out to a real subscriber."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.aws.deployment import KEY, Deployment, deploy, until
from tests.aws.subscriber import subscribed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def deployed(emulator: str, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """Everything that the emulator takes."""
    return deploy(emulator, tmp_path_factory.mktemp("assembly"))


def events_of(stream: str) -> list[dict[str, Any]]:
    """Every event of a stream, as JSON has it."""
    from footfall.aws.event_log import pages, shards

    return [json.loads(record.data) for shard in shards(stream) for page in pages(stream, shard, 0) for record in page]


def segment(deployed: Deployment, how_many: int) -> None:
    """A shop's page, at which somebody looks at a product again and again."""
    client = import_module("segment.analytics.client").Client(
        KEY, host=deployed.collector, upload_size=20, max_retries=1
    )
    for number in range(how_many):
        client.track(anonymous_id="robot", event="Product Viewed", properties={"product_id": f"p{number % 3}"})
    client.flush()
    client.join()


def judged(raw: str, clean: str) -> pa.Table:
    """Stands in for the Flink application: the good events of one stream, put into the other.

    As if they had been received at once: the emulator takes seconds to start a function, and makes them late.
    """
    from footfall.aws.event_log import ShardLog, shards
    from footfall.aws.records import records

    batches = [events for shard in shards(raw) for _, events in ShardLog(raw, shard, "none").read(0)]
    events = pa.concat_tables(batches, promote_options="default")
    place = events.schema.get_field_index("received_at")
    events = events.set_column(place, "received_at", events["event_time"])
    for record in records(events):
        boto3.client("kinesis").put_record(StreamName=clean, **record)
    time.sleep(1.5)
    return events


def signals_of(events: pa.Table, put_into: str) -> None:
    """Stands in for it as well: the pane engine over events, its findings as signals."""
    from footfall import rules
    from footfall.detect.relation import relation
    from footfall.detect.windows import Panes

    watches = [watch for rule in rules.rules().values() for watch in rule.watches]
    panes = Panes(watches)
    found = panes.feed(relation(events), 0) + panes.flush()
    lines = [
        {"watch": each.watch.id, "window_end": each.window_end, **dict(zip(each.watch.key, key, strict=True)), **counts}
        for each in found
        for key, counts in each.rows()
    ]
    assert lines
    lines.sort(key=lambda line: int(str(line["window_end"])))
    lines.append({"tick": int(time.time() * 1000) + 60_000})
    for line in lines:
        put(put_into, line)


def test_a_flood_through_the_collector_is_an_incident_and_heard_of(deployed: Deployment) -> None:
    from footfall.aws.incident_store import Incidents

    raw = deployed.of("footfall-kept", "StreamsRaw")
    segment(deployed, 60)
    taken = until(lambda: len(found := events_of(raw)) >= 60 and found)
    assert {event["event_type"] for event in taken} == {"view"}
    with subscribed(deployed.of("footfall-kept", "RecordAlerts1")) as heard:
        events = judged(raw, deployed.of("footfall-kept", "StreamsClean"))
        signals_of(events, deployed.of("footfall-kept", "StreamsSignals"))
        until(lambda: heard)
    told = [json.loads(each["Message"]) for each in heard]
    assert [(each["rule"], each["what"]) for each in told if each["rule"] == "source_flood"][:1] == [
        ("source_flood", "opened")
    ]
    store = Incidents(deployed.of("footfall-kept", "RecordIncidents"))
    verdicts = until(store.verdicts)
    assert {verdict.rule for verdict in verdicts} >= {"source_flood"}
    floods = [alert for each in store.incidents(rule="source_flood") for alert in store.alerts(each.id)]
    assert [len(alert.evidence["samples"]) for alert in floods] == [5]
    bucket = deployed.of("footfall-kept", "LakeEvents7")
    rows = until(lambda: parquet(bucket, "verdicts/"))
    assert {row["id"] for row in rows} >= {verdict.id for verdict in verdicts}
    put(deployed.of("footfall-kept", "StreamsSignals"), {"tick": int(time.time() * 1000) + 3_600_000})
    until(lambda: not store.incidents(going=True))


def put(stream: str, line: dict[str, Any]) -> None:
    """Puts a signal, as the Flink application would."""
    boto3.client("kinesis").put_record(StreamName=stream, Data=json.dumps(line), PartitionKey="s")


def parquet(bucket: str, prefix: str) -> list[dict[str, Any]]:
    """Every row of the Parquet below a prefix."""
    s3 = boto3.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())]
    bodies = [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]
    return [row for body in bodies for row in pq.read_table(io.BytesIO(body)).to_pylist()]


def test_judged_events_arrive_in_the_lake_as_parquet(deployed: Deployment, aws: Path) -> None:
    event = {
        "event_time": "2026-01-02T03:04:05.000006Z",
        "event_type": "view",
        "product_id": "p",
        "user_id": "u",
        "price": 1299,
    }
    put_by_cli(aws, deployed.of("footfall-kept", "StreamsClean"), event)
    bucket = deployed.of("footfall-kept", "LakeEvents7")
    rows = until(lambda: [row for row in parquet(bucket, "raw/") if row["user_id"] == "u"])
    assert [{name: row[name] for name in event} for row in rows] == [event]


def put_by_cli(aws: Path, stream: str, event: dict[str, Any]) -> None:
    """Puts an event as an operator would."""
    data = ["--cli-binary-format", "raw-in-base64-out"] if _second(aws) else []
    command = [str(aws), "kinesis", "put-record", "--stream-name", stream, "--partition-key", "u"]
    run = subprocess.run([*command, "--data", json.dumps(event), *data], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def _second(aws: Path) -> bool:
    return "aws-cli/2" in subprocess.run([aws, "--version"], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def aws() -> Path:
    """AWS's own command line."""
    return Path(sys.executable).with_name("aws")


def test_an_alarm_tells_the_operators(deployed: Deployment) -> None:
    queue = deployed.of("footfall-live", "ResponseRespondFailed").rpartition("/")[2]
    figure = {"MetricName": "ApproximateNumberOfMessagesVisible", "Value": 2.0}
    of = {"Dimensions": [{"Name": "QueueName", "Value": queue}]}
    with subscribed(deployed.of("footfall-alarms", "AlarmsOperators")) as heard:
        boto3.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[figure | of])
        until(lambda: heard)
    assert json.loads(heard[-1]["Message"])["NewStateValue"] == "ALARM"


def test_a_stranger_without_a_key_is_turned_away(deployed: Deployment) -> None:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    body = json.dumps({"batch": [{"type": "track", "event": "Product Viewed", "anonymousId": "a"}]}).encode()
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{deployed.collector}/v1/batch", body, {"content-type": "application/json"}))
    assert refused.value.code == 401
    refused.value.close()
