"""A request's body: read whole within its bounds of size and time, inflated within its own."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class BodyError(Exception):
    """A body that is not taken: the status to answer with, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read(receive: Receive, length: bytes, most: int, patience: float) -> bytes:
    """The whole body.

    Args:
        receive: the request's messages.
        length: what Content-Length says; empty if nothing.
        most: bytes.
        patience: seconds.

    Raises:
        BodyError: too large, too slow, or broken off.
    """
    if length.isdigit() and int(length) > most:
        raise BodyError(413, "too large")
    try:
        async with asyncio.timeout(patience):
            return await _gathered(receive, most)
    except TimeoutError:
        raise BodyError(408, "too slow") from None


async def _gathered(receive: Receive, most: int) -> bytes:
    message = await receive()
    body = message.get("body", b"")
    if message.get("more_body"):
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most:
                raise BodyError(413, "too large")
        body = b"".join(parts)
    if message["type"] == "http.disconnect":
        raise BodyError(400, "broken off")
    if len(body) > most:
        raise BodyError(413, "too large")
    return bytes(body)


def inflated(body: bytes, encoding: bytes, most: int) -> bytes:
    """The body without its gzip or deflate, which is known by the header or by its first bytes.

    Raises:
        BodyError: damaged, cut short, or larger than ``most`` bytes once inflated.
    """
    if encoding not in (b"gzip", b"x-gzip", b"deflate") and body[:2] != b"\x1f\x8b":
        if encoding not in (b"", b"identity"):
            raise BodyError(415, "unknown encoding")
        return body
    if not body:
        return body
    inflater = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        plain = inflater.decompress(body, most + 1)
    except zlib.error:
        raise BodyError(400, "damaged gzip") from None
    if len(plain) > most:
        raise BodyError(413, "too large once inflated")
    if not inflater.eof:
        raise BodyError(400, "gzip cut short")
    return plain
