"""Brings what other threads finish back to the event loop, waking it once for many."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import Any


class Wakes:
    """Futures of other threads as awaitables of one event loop; a commit of many requests wakes the loop once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._woken = False

    def after(self, work: Future[Any]) -> asyncio.Future[Any]:
        """Done when ``work`` is, with its result or its error."""
        mine = self._loop.create_future()
        work.add_done_callback(partial(self._landed, mine))
        return mine

    def _landed(self, mine: asyncio.Future[Any], work: Future[Any]) -> None:
        self._done.append((mine, work))
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._woken = False
        while self._done:
            mine, work = self._done.popleft()
            if mine.done():
                continue
            error = work.exception() if not work.cancelled() else RuntimeError("given up")
            if error is None:
                mine.set_result(work.result())
            else:
                mine.set_exception(error)
