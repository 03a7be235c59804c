"""The dashboard of a home, behind its gate."""

from __future__ import annotations

import threading
import time

from starlette.applications import Starlette

from footfall.embedded.access import EmbeddedAccess
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.reader import Reader
from footfall.embedded.screen import EmbeddedPlane
from footfall.ingest.collector.address import Addresses
from footfall.web.access import Gate
from footfall.web.access_pages import guarded


def gated(lake: EmbeddedLake, ended: threading.Event) -> Starlette:
    """The dashboard of a home.

    Args:
        lake: the home.
        ended: when set, what is still being streamed comes to its end.
    """
    settings = lake.settings
    plane = EmbeddedPlane(lake, Reader(lake.layout.home, lake.layout.spill, ended))
    gate = Gate(EmbeddedAccess(lake.layout), plane.live, Addresses(settings.collector), now, settings.alerts.page)
    app = guarded(plane, settings.store, gate)
    app.state.ended = ended
    return app


def now() -> int:
    """The wall clock, UTC ms."""
    return time.time_ns() // 1_000_000
