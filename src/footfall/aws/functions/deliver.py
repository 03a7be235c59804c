"""Clean events → the lake: a batch of a shard is a file of Parquet; it is given again until it is written."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.data_classes import KinesisStreamEvent

from footfall.aws.delivery import deliver
from footfall.aws.environment import Told, told
from footfall.aws.records import Record


def handler(event: dict[str, Any], _context: Any) -> int:
    """Delivers one batch; how many events of it went into the lake."""
    told_by = list(KinesisStreamEvent(event).records)
    records = [
        Record(
            int(each.kinesis.sequence_number),
            round(float(each.kinesis.approximate_arrival_timestamp) * 1000),
            each.kinesis.data_as_bytes(),
        )
        for each in told_by
    ]
    name = f"{told_by[0].event_id.partition(':')[0]}-{records[0].number}"
    return deliver(told(Told.LAKE), told(Told.LETTERS), name, records)
