"""What the infrastructure tells a function of where things are, by the names of environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum

from footfall.ports import FootfallError


class Told(StrEnum):
    """Each thing's variable."""

    RAW = "RAW_STREAM"
    CLEAN = "CLEAN_STREAM"
    SIGNALS = "SIGNALS_STREAM"
    LETTERS = "LETTERS_DELIVERY"
    INCIDENTS = "INCIDENTS_TABLE"
    ALERTS = "ALERTS_TOPIC"
    LAKE = "LAKE_BUCKET"
    CHANNELS = "CHANNELS_PARAMETER"
    IP_SETS = "IP_SETS"
    CATALOG = "CATALOG_DATABASE"
    WORKGROUP = "ATHENA_WORKGROUP"


def told(thing: Told, environ: Mapping[str, str] = os.environ) -> str:
    """The name, ARN or list that a variable holds.

    Raises:
        FootfallError: it is not set.
    """
    if value := environ.get(thing):
        return value
    raise FootfallError(f"{thing} is not set: the function was not deployed by Footfall's own templates.")
