"""Serves the collector on this machine until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HOST = "127.0.0.1"
CONNECTIONS = 1_000
GRACE = 10
LOOP = "asyncio"
"""Not uvloop: it accepts one connection a turn, so that under load the last of 64 new clients waited two seconds."""
YOUNG = 50_000
"""Objects made between two looks of Python's garbage collector, which else takes a fifth of a busy collector's time:
a batch is thousands of dictionaries, all of them gone by the next."""
HEAD_PATIENCE = 10.0
"""Seconds that a request's head may take to arrive, on a new connection from its beginning."""


class Impatient(HttpToolsProtocol):
    """Closes connections on which a request's head does not arrive in time."""

    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begins to wait."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no more."""
        self._arrived()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request's first line: its head is awaited."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._arrived()
        super().on_headers_complete()

    def _wait(self) -> None:
        if self._overdue is None:
            self._overdue = self.loop.call_later(HEAD_PATIENCE, self._close)

    def _arrived(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _close(self) -> None:
        self._overdue = None
        self.transport.close()


def listen(port: int, host: str = HOST) -> socket.socket:
    """A socket, on this machine's loopback unless told otherwise; port 0 takes any that is free.

    It names its protocol: asyncio leaves Nagle's algorithm on where a socket does not, and an answer in two pieces then
    waits 40 ms for its second.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((host, port))
    return opened


def run(app: ASGIApp, port: int, stop: threading.Event, ready: Callable[[int], None] = lambda _port: None) -> None:
    """Serves an app on 127.0.0.1 until ``stop`` is set; requests under way are answered first.

    Args:
        app: what to serve.
        port: 0 takes any that is free.
        stop: ends the server.
        ready: called with the port once it listens.

    Raises:
        OSError: the port is taken.
    """
    with listen(port) as opened:
        run_on(app, opened, stop, ready)


def run_on(
    app: ASGIApp, opened: socket.socket, stop: threading.Event, ready: Callable[[int], None] = lambda _port: None
) -> None:
    """Serves an app on a socket that is bound, until ``stop`` is set: see :func:`run`."""
    config = uvicorn.Config(
        app,
        http=Impatient,
        loop=LOOP,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
    )
    with _few_collections():
        _Server(config, stop, ready).run([opened])


@contextmanager
def _few_collections() -> Iterator[None]:
    young, *older = gc.get_threshold()
    gc.set_threshold(max(YOUNG, young), *older)
    try:
        yield
    finally:
        gc.set_threshold(young, *older)


class _Server(uvicorn.Server):
    """Uvicorn's server, ended by an event instead of a signal."""

    def __init__(self, config: uvicorn.Config, stop: threading.Event, ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._stop, self._ready = stop, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen, and says so."""
        await super().startup(sockets)
        for opened in sockets or ():
            self._ready(opened.getsockname()[1])

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to end."""
        return await super().on_tick(counter) or self._stop.is_set()
