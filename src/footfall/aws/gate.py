"""The dashboard of a deployment, behind its gate."""

from __future__ import annotations

import threading

from starlette.applications import Starlette

from footfall.aws.access import Accesses
from footfall.aws.athena import Athena
from footfall.aws.live import Live, now
from footfall.aws.screen import Screen
from footfall.config import Settings
from footfall.ingest.collector.address import Addresses
from footfall.web.access import Gate
from footfall.web.access_pages import guarded

LONGEST = 4.0
"""Seconds of a stream: a function's answer is heard when it has ended; browsers then ask for what came since."""


def gated(settings: Settings, table: str, athena: Athena, bucket: str) -> Starlette:
    """The dashboard of a deployment.

    Args:
        settings: name, zone and currency of the store.
        table: name of the DynamoDB table of incidents.
        athena: its marts.
        bucket: of the lake.
    """
    live = Live(table)
    gate = Gate(Accesses(table), live, Addresses(settings.collector), now)
    app = guarded(Screen(live, athena, settings.store.timezone, bucket), settings.store, gate)
    app.state.ended, app.state.longest = threading.Event(), LONGEST
    return app
