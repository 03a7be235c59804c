"""The sentry without a collector: over the event log as it is, or over an access log followed into it."""

from __future__ import annotations

import threading
from pathlib import Path

from footfall.embedded.appender import Appender
from footfall.embedded.following import take
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.sentry import Sentry
from footfall.embedded.serve import until_signalled

PAUSE = 0.2
"""Seconds between two looks at a log that has not grown."""


def watch_alone(lake: EmbeddedLake, access_log: Path | None) -> None:
    """Watches until SIGINT or SIGTERM.

    Args:
        lake: the home.
        access_log: is brought into the event log as it grows.

    Raises:
        FootfallError: the access log may not be read, or another process collects for this home.
    """
    stop = threading.Event()
    with until_signalled(stop):
        if access_log is None:
            Sentry(lake.layout, lake.settings).run(stop)
            return
        with Appender(lake.layout) as appender:
            sentry = threading.Thread(target=Sentry(lake.layout, lake.settings).run, args=(stop,), name="sentry")
            sentry.start()
            try:
                take(appender, access_log, lambda: not stop.wait(PAUSE))
            finally:
                stop.set()
                sentry.join()
