"""The table's stream → verdicts in the lake: what cannot be read is reported, the rest is written."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from footfall.aws import verdict_rows
from footfall.aws.environment import Told, told


@cache
def _bucket() -> str:
    return told(Told.LAKE)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Writes the verdicts of one batch."""
    rows = []

    def add(record: DynamoDBRecord) -> None:
        change = record.dynamodb
        rows.append(verdict_rows.row(change.new_image, change.approximate_creation_date_time))

    processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event=event, record_handler=add, processor=processor, context=context)
    if rows:
        verdict_rows.write(_bucket(), event["Records"][0]["dynamodb"]["SequenceNumber"], rows)
    return answer
