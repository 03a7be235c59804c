"""The socket the collector and the dashboard are served on, and what serving leaves behind."""

from __future__ import annotations

import asyncio
import gc
import socket
from typing import Any

from footfall.ingest.collector.server import HOST, YOUNG, listen
from tests.ingest.collector.conftest import served


def test_an_answer_in_two_pieces_is_sent_at_once() -> None:
    assert asyncio.run(accepted()) != 0


async def accepted() -> int:
    """Whether asyncio turned Nagle's algorithm off on a connection of ours."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[int] = loop.create_future()

    class Told(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            told.set_result(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    with listen(0) as opened:
        async with await loop.create_server(Told, sock=opened):
            _, writer = await asyncio.open_connection(HOST, opened.getsockname()[1])
            without = await told
            writer.close()
    return without


def test_the_garbage_collector_is_as_it_was_once_the_collector_has_ended() -> None:
    before = gc.get_threshold()
    with served():
        assert gc.get_threshold()[0] >= YOUNG
    assert gc.get_threshold() == before
