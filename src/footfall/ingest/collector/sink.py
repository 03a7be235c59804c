"""Where the collector's events go: the event log's side of the bargain."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from footfall.ports import DeadLetter


class SinkBusyError(RuntimeError):
    """More waits to be written than may; the sender should come again."""


class SinkFullError(RuntimeError):
    """There is no room left on the disk; the sender should come again later."""


class Sink(Protocol):
    """What takes events and makes them durable; ``footfall.embedded`` has one."""

    def submit(self, rows: Sequence[Any], letters: Sequence[DeadLetter]) -> Future[Any]:
        """Takes rows (``ingest.rows.Row``) and refused events; the future is done once they are on disk.

        Raises:
            SinkBusyError: too much waits.
            SinkFullError: no room; the future may hold either, or any other error of the log's.
        """
