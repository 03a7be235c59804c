"""SNS → the edge: after every alert the IP sets hold the blocklist as it is now."""

from __future__ import annotations

import os
import time
from typing import Any

from footfall.aws.environment import Told, told
from footfall.aws.incident_store import Incidents
from footfall.aws.waf import shut_out
from footfall.detect.blocklist import blocked


def handler(_event: dict[str, Any], _context: Any) -> int:
    """Brings the IP sets up to date; how many addresses are shut out."""
    sets = os.environ.get(Told.IP_SETS, "").split(",")
    if not any(sets):
        return 0
    blocks = blocked(Incidents(told(Told.INCIDENTS)).verdicts(), time.time_ns() // 1_000_000)
    shut_out(blocks, [arn for arn in sets if arn])
    return len(blocks)
