"""Signals → incidents, verdicts, alerts: the good beginning of a batch is kept, the first bad record reported."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from footfall.aws.environment import Told, told
from footfall.aws.response import Batch, Response


@cache
def _response() -> Response:
    places = (Told.INCIDENTS, Told.ALERTS, Told.LETTERS, Told.SIGNALS, Told.CLEAN)
    return Response(*map(told, places))


def handler(event: dict[str, Any], context: Any) -> Any:
    """Takes one batch of the shard."""
    batch = Batch()
    answer = process_partial_response(
        event=event,
        record_handler=batch.add,
        processor=BatchProcessor(EventType.KinesisDataStreams, raise_on_entire_batch_failure=False),
        context=context,
    )
    _response().take(batch, time.time_ns() // 1_000_000)
    return answer
