"""Where the collector's events go: what it needs of an event log."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from footfall.ports import DeadLetter, Receipt


class Sink(Protocol):
    """What makes events durable: ``footfall.embedded.appender`` is one."""

    def submit(
        self,
        rows: Sequence[Any],
        *,
        letters: Sequence[DeadLetter] = (),
        source: str = "collector",
        received_at: int | None = None,
        size: int = 0,
    ) -> Future[Receipt]:
        """Takes rows (``ingest.rows.Row``) and refused events; the future is done once they are on disk.

        Args:
            rows: events, judged by the log.
            letters: events refused already.
            source: whom dead letters name.
            received_at: UTC microseconds.
            size: bytes behind the rows, for back-pressure.

        Raises:
            BusyError: too much waits already; anything else that is raised, or held by the future, is trouble.
        """
