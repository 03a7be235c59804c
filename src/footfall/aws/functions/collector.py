"""HTTP → ``raw``: the same collector as anywhere, behind a function's own address."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any

from mangum import Mangum

from footfall.aws.appender import Appender
from footfall.aws.environment import Told, told
from footfall.config import load
from footfall.ingest.collector.intake import app


@cache
def _adapter() -> Mangum:
    sink = Appender(told(Told.RAW), told(Told.LETTERS))
    return Mangum(app(load(Path("footfall.toml")), sink, time.time), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request."""
    answer: dict[str, Any] = _adapter()(event, context)
    return answer
