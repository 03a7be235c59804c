"""Judged events into the lake, as the stream gives them to the function: the same twice, what is none, two days."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO

import boto3
import pytest

from tests.aws.test_functions import kinesis, places  # noqa: F401

pytestmark = pytest.mark.slow


def test_judged_events_are_delivered_once_whatever_comes_again(places: dict[str, str]) -> None:  # noqa: F811
    """Parquet as the table has its columns, by the day of arrival; what is no event stops nothing."""
    import pyarrow.parquet as pq

    from footfall.aws.functions.deliver import handler
    from footfall.aws.tables import RAW, TABLES
    from tests.aws.test_deployed import parquet

    moment = "2026-01-02T03:04:05.000006Z"
    event = {"event_time": moment, "event_type": "view", "product_id": "p", "user_id": "u", "received_at": moment}
    more = event | {"price": 1299, "status": 200, "extra": {"b": [1], "a": "ä"}}
    lines = [json.dumps(each).encode() for each in (event, more)]
    records = kinesis(lines[0], b"nonsense", lines[1], lines[0])
    records[3]["kinesis"]["approximateArrivalTimestamp"] = 1_767_400_000.5
    assert [handler({"Records": records}, None), handler({"Records": records}, None)] == [3, 3]
    day = datetime.fromtimestamp(records[0]["kinesis"]["approximateArrivalTimestamp"], UTC).date()
    whole = dict.fromkeys(TABLES[RAW].columns)
    found = parquet(places["LAKE_BUCKET"], f"raw/day={day}/")
    assert found == [whole | event, whole | more | {"extra": '{"a":"ä","b":[1]}'}]
    assert parquet(places["LAKE_BUCKET"], "raw/day=2026-01-03/") == [whole | event]
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket=places["LAKE_BUCKET"])["Contents"]
    (body,) = [
        s3.get_object(Bucket=places["LAKE_BUCKET"], Key=each["Key"])["Body"].read()
        for each in listed
        if each["Key"].startswith(f"raw/day={day}/")
    ]
    kinds = {"string": "string", "int64": "bigint", "int32": "int"}
    assert {field.name: kinds[str(field.type)] for field in pq.read_schema(BytesIO(body))} == TABLES[RAW].columns
    letters = [
        s3.get_object(Bucket=places["LAKE_BUCKET"], Key=each["Key"])["Body"].read()
        for each in listed
        if not each["Key"].startswith("raw/")
    ]
    assert [json.loads(letter)["reason"] for letter in letters] == ["not JSON"] * 2
