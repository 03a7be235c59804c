"""A sentry that watches a home's log to its present end and stops: run as a process of its own, to be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from footfall.config import Settings
from footfall.embedded import sentry as post
from footfall.embedded.event_log import SegmentedLog
from footfall.layout import Layout


def main(home: str) -> None:
    """Watches, with a snapshot at every batch, so that there is much to go wrong."""
    post.LEAST, post.SHARE, post.ROWS = 0.0, 0, 500
    layout = Layout(Path(home))
    end = SegmentedLog(layout).end()
    watch = post.Sentry(layout, Settings())
    while watch.offset < end:
        watch.step()
    watch.keep()


if __name__ == "__main__":
    main(sys.argv[1])
