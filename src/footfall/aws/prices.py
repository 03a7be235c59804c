"""What AWS asks for in US dollars, and what a store of a size costs a month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from footfall.aws.sizes import Size

AS_OF = "2026-11"
REGION = "us-east-1"
HOURS, DAYS, SECONDS = 730, 30.4, 2_628_000
"""Of a month."""
RECORD_BYTES = 5 * 1024
"""That a record of Firehose counts for at least; a unit of Kinesis counts 25 KB."""
PARQUET_BYTES = 90
"""Of an event in the lake."""
COLLECT_S = 0.02
"""That the collector takes for a request of one event."""
PANE_S = 5
"""Signals come so often at most where nobody attacks: the pulse's panes."""
ATTACKED = 0.05
"""Of a month."""
REFUSED = 0.001
"""Of the events."""
COMPARED = 2_214
"""USD a month: the published cost of a product of this kind, 24 h real time at 10 requests a second."""
METRICS = 5
"""Of our own, told in logs."""
ALARMS = 22
"""Metrics that alarms look at; the one with a band counts for three."""
KMS_CALLS = 0.27e6
"""A month: each of some nine callers asks anew every five minutes for each of what it reads or writes."""
TRANSITIONS = 80
"""Of the daily run."""
GIB = 1 << 30

PRICES: Mapping[str, float] = {
    "kinesis shard-hour": 0.015,
    "kinesis million put units": 0.014,
    "flink unit-hour": 0.11,
    "flink running storage GB-month": 0.10,
    "lambda million requests": 0.20,
    "lambda GB-second": 0.0000133334,
    "firehose GB": 0.029,
    "firehose format GB": 0.018,
    "s3 GB-month": 0.023,
    "s3 million puts": 5.0,
    "glue flexible unit-hour": 0.29,
    "athena TB": 5.0,
    "dynamodb million writes": 0.625,
    "cloudwatch metric": 0.30,
    "cloudwatch alarm": 0.10,
    "cloudwatch composite alarm": 0.50,
    "step functions thousand transitions": 0.025,
    "scheduler million calls": 1.0,
    "cloudwatch dashboard": 3.0,
    "cloudwatch logs GB": 0.50,
    "kms key": 1.0,
    "kms million requests": 3.0,
}
"""List prices at ``AS_OF`` in ``REGION``, beyond any free tier, on demand."""


class Line(NamedTuple):
    """One service: what it costs a month, and what that is made of."""

    service: str
    dollars: float
    of: str


def estimate(size: Size) -> list[Line]:
    """What a store of a size costs a month, the dearest service first.

    The traffic is the size's average, every hour of the month, one event a request; people's screens (QuickSight) and
    data transfer out are not in it.
    """
    events = size.events * SECONDS / 1e6
    lines = [
        _kinesis(size, events),
        _flink(size),
        _functions(size, events),
        _delivery(events),
        _lake(size, events),
        _batch(size, events),
        _record(size),
        _watching(events),
        Line(
            "KMS",
            PRICES["kms key"] + KMS_CALLS / 1e6 * PRICES["kms million requests"],
            f"one key, {KMS_CALLS:,.0f} calls",
        ),
        _clocks(),
    ]
    return sorted(lines, key=lambda line: -line.dollars)


def _kinesis(size: Size, events: float) -> Line:
    shards = 2 * size.shards + 1
    dollars = shards * HOURS * PRICES["kinesis shard-hour"] + 2 * events * PRICES["kinesis million put units"]
    return Line("Kinesis", dollars, f"{shards} shards, {2 * events:,.0f} M records")


def _flink(size: Size) -> Line:
    units = size.kpus + 1
    storage = 50 * size.kpus * PRICES["flink running storage GB-month"]
    return Line("Managed Flink", units * HOURS * PRICES["flink unit-hour"] + storage, f"{units} units, 24 h a day")


def _functions(size: Size, events: float) -> Line:
    answers = _answers(size)
    seconds = (events * COLLECT_S + answers * 0.1) * 1e6
    calls = events + answers
    dollars = calls * PRICES["lambda million requests"] + seconds * size.memory_mb / 1024 * PRICES["lambda GB-second"]
    return Line("Lambda", dollars, f"{calls:,.0f} M calls")


def _answers(size: Size) -> float:
    """How often signals are answered, in millions a month: every pane, in an attack as often as they are gathered."""
    return SECONDS / 1e6 * ((1 - ATTACKED) / max(PANE_S, size.wait_s) + ATTACKED / size.wait_s)


def _record(size: Size) -> Line:
    writes = _answers(size) + 1
    of = f"{writes:,.1f} M writes of incidents and places"
    return Line("DynamoDB", writes * PRICES["dynamodb million writes"], of)


def _delivery(events: float) -> Line:
    """Every event as Parquet; a dead letter, left as it is, in a thousand."""
    counted = events * 1e6 * RECORD_BYTES / GIB
    dollars = (
        counted * (PRICES["firehose GB"] + PRICES["firehose format GB"]) + counted * REFUSED * PRICES["firehose GB"]
    )
    return Line("Firehose", dollars, f"{counted:,.0f} GB as it counts them")


def _lake(size: Size, events: float) -> Line:
    gigabytes = 3 * events * 1e6 * PARQUET_BYTES * size.months / GIB
    puts = DAYS * 24 * 12 * 2 / 1e6
    dollars = gigabytes * PRICES["s3 GB-month"] + puts * PRICES["s3 million puts"]
    return Line("S3", dollars, f"{gigabytes:,.0f} GB, raw, events and clean, after {size.months} months")


def _batch(size: Size, events: float) -> Line:
    hours = DAYS * size.glue_workers * size.glue_minutes / 60
    scanned = DAYS * 5 * events * 1e6 * PARQUET_BYTES / 1e12
    dollars = hours * PRICES["glue flexible unit-hour"] + scanned * PRICES["athena TB"]
    return Line("Glue and Athena", dollars, f"{hours:,.0f} unit-hours, {scanned:,.2f} TB read")


def _watching(events: float) -> Line:
    logs = 0.5 + events * 1e6 * 200 / GIB / 10
    alarms = ALARMS * PRICES["cloudwatch alarm"] + PRICES["cloudwatch composite alarm"]
    dollars = METRICS * PRICES["cloudwatch metric"] + alarms + PRICES["cloudwatch dashboard"]
    of = f"{METRICS} metrics, {ALARMS} alarms and what they make up, {logs:,.1f} GB of logs"
    return Line("CloudWatch", dollars + logs * PRICES["cloudwatch logs GB"], of)


def _clocks() -> Line:
    """What runs the daily run."""
    steps = DAYS * TRANSITIONS
    dollars = (
        DAYS / 1e6 * PRICES["scheduler million calls"] + steps / 1e3 * PRICES["step functions thousand transitions"]
    )
    return Line("Scheduler and Step Functions", dollars, f"{steps:,.0f} transitions")
