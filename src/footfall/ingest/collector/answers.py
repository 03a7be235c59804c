"""What the collector answers: few kinds of answers, their headers made ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from footfall.config import Collector

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
_METHODS = b"GET, POST, OPTIONS"
_ASKED = b"authorization, content-type, content-encoding, anonymousid, sp-anonymous"


class Origins:
    """Which pages may send events from a browser."""

    def __init__(self, settings: Collector) -> None:
        self._known = frozenset(origin.rstrip("/").lower().encode() for origin in settings.origins)

    def allows(self, origin: bytes) -> bool:
        """Whether a page of this origin may; any may where none is configured, and what is no page may."""
        return not origin or not self._known or origin.lower() in self._known

    def headers(self, origin: bytes) -> Headers:
        """What lets a page read the answer; its cookies are allowed, for Snowplow's client insists on sending them."""
        if not origin or not self.allows(origin):
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"origin"),
        ]

    def preflight(self, origin: bytes, asked: bytes) -> Headers:
        """What lets a page send at all: the headers it asks for, of those that clients need."""
        if not origin or not self.allows(origin):
            return []
        return [
            *self.headers(origin),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", asked if asked and len(asked) < 300 else _ASKED),
            (b"access-control-max-age", b"86400"),
        ]


async def answer(send: Send, status: int, body: bytes, content_type: bytes, headers: Headers) -> None:
    """Sends a whole answer, unless the client has gone."""
    told = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *headers]
    with suppress(RuntimeError, OSError):
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body})
