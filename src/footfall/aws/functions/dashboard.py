"""HTTP → the same dashboard as anywhere, behind a function's own address and its accounts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from mangum import Mangum

from footfall.aws.athena import Athena
from footfall.aws.environment import Told, told
from footfall.aws.gate import gated
from footfall.config import load


@cache
def _adapter() -> Mangum:
    athena = Athena(told(Told.CATALOG), told(Told.WORKGROUP))
    app = gated(load(Path("footfall.toml")), told(Told.INCIDENTS), athena, told(Told.LAKE))
    return Mangum(app, lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one request."""
    answer: dict[str, Any] = _adapter()(event, context)
    return answer
