"""Windows over the stream of events: which keys of which watches are over their bounds, window by window."""

from __future__ import annotations

from typing import Any, Protocol

import pyarrow as pa

from footfall.detect.windows.found import Found
from footfall.detect.windows.oracle import Oracle
from footfall.detect.windows.panes import Panes

__all__ = ["Found", "Oracle", "Panes", "Windows"]


class Windows(Protocol):
    """An engine; whatever the batches and the order of arrival, its closed findings are the same."""

    def feed(self, events: pa.Table, watermark: int) -> list[Found]:
        """Takes events and closes windows.

        Args:
            events: on time, in any order, in the relation's schema.
            watermark: no event at or before it will follow, UTC ms.

        Returns:
            Every key over a watch's bounds in a window closed now, by window end, watch and key.
        """

    def early(self, ahead: int = 0) -> list[Found]:
        """What the watches that may warn early would say of a window that is still open.

        It changes nothing of what later windows say.

        Args:
            ahead: how many ms the present is after the watermark; the window is the first to end after it.
        """

    def flush(self) -> list[Found]:
        """The end of the input: every window that holds an event closes."""

    def steps(self, watch: Any, key: tuple[str, ...], window_end: int, *columns: str) -> pa.Table:
        """The events of a key in a window that the last call returned, in no order: some columns of the relation, all
        where none is named."""

    def snapshot(self) -> bytes:
        """All that the future depends on."""

    def restore(self, state: bytes) -> None:
        """Goes on from a snapshot of an engine with the same watches."""
