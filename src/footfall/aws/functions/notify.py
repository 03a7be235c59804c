"""SNS → people: a note to every channel; one that fails makes SNS try again."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3

from footfall.aws.environment import Told, told
from footfall.aws.notify import note_of
from footfall.channels import tell
from footfall.ports import FootfallError


@cache
def _channels() -> list[str]:
    kept = boto3.client("ssm").get_parameter(Name=told(Told.CHANNELS), WithDecryption=True)
    return str(kept["Parameter"]["Value"]).split()


def handler(event: dict[str, Any], _context: Any) -> None:
    """Tells every note of an SNS event."""
    for record in event["Records"]:
        note = note_of(record["Sns"]["Message"])
        failed = [error for channel in _channels() if (error := tell(channel, note.title, note.body))]
        if failed:
            raise FootfallError("; ".join(failed))
