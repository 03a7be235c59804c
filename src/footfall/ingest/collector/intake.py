"""One request after another: read, judged, handed to the log, answered when durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from footfall.config import Settings
from footfall.ingest.collector.address import Addresses, local
from footfall.ingest.collector.answers import Headers, Origins, answer
from footfall.ingest.collector.body import BodyError, inflated, read
from footfall.ingest.collector.keys import Keys, Sender, borne
from footfall.ingest.collector.meter import Meter
from footfall.ingest.collector.pages import pages
from footfall.ingest.collector.routes import ROUTES, Route
from footfall.ingest.collector.routes import Read as Told
from footfall.ingest.collector.sink import Sink
from footfall.ingest.collector.wakes import Wakes
from footfall.ingest.dialects import Arrival, Translated, translate
from footfall.ingest.source import LONGEST_LINE
from footfall.ports import BusyError, DeadLetter, Receipt

MEGABYTE = 1 << 20
PATIENCE = 20.0
"""Seconds that a body may take to arrive, and its events to become durable."""
HELD = 64 * MEGABYTE
"""Bytes of bodies whose events wait for the disk; more are sent away for a while."""
RETRY_SOON, RETRY_LATER = 1, 30

Clock = Callable[[], float]


class RefusalError(Exception):
    """A request that is refused whole: the status, the reason, and when to come again, in seconds."""

    def __init__(self, status: int, reason: str, retry: float = 0) -> None:
        super().__init__(reason)
        self.status, self.reason, self.retry = status, reason, retry


class Intake:
    """The collector as an ASGI app."""

    def __init__(self, settings: Settings, sink: Sink, clock: Clock, figures: Callable[[], str] = str) -> None:
        self.meter = Meter()
        self._settings, self._sink, self._clock = settings.collector, sink, clock
        self._digits = settings.store.minor_digits
        self._keys, self._addresses = Keys(settings.collector), Addresses(settings.collector)
        self._origins = Origins(settings.collector)
        self._pages = pages(self.meter, lambda: self._healthy, figures)
        self._healthy = True
        self._wakes: Wakes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes events on the paths of ``ROUTES``; the rest are pages."""
        route = ROUTES.get(scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await self._pages(scope, receive, send)
            return
        headers = _headers(scope, self._addresses.header)
        origin = headers.get(b"origin", b"")
        if scope["method"] == "OPTIONS":
            asked = headers.get(b"access-control-request-headers", b"")
            await self._answer(send, 204, b"", b"text/plain", self._origins.preflight(origin, asked))
            return
        try:
            await self._take(route, scope, headers, receive)
        except (RefusalError, BodyError) as refusal:
            await self._refuse(send, route, refusal, origin)
        else:
            await self._answer(send, 200, route.answer, route.content_type, self._origins.headers(origin))

    async def _take(self, route: Route, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> None:
        """Everything between a request's head and its answer.

        Raises:
            RefusalError: it may not, or cannot now; nothing of it was stored.
            BodyError: it cannot be read.
        """
        if scope["method"] not in route.methods:
            raise RefusalError(405, "method")
        if not self._origins.allows(headers.get(b"origin", b"")):
            raise RefusalError(403, "origin")
        came_from = self._addresses.of(scope["client"][0] if scope.get("client") else None, headers.get(b"for", b""))
        bearer = borne(headers[b"authorization"]) if b"authorization" in headers else None
        sender = self._keys.sender(bearer, local(came_from)) if bearer else None
        if bearer and sender is None:
            raise RefusalError(401, "key")
        most = self._settings.body_mb * MEGABYTE
        body = await read(receive, headers.get(b"content-length", b""), most, PATIENCE)
        plain = inflated(body, headers.get(b"content-encoding", b"").lower(), self._settings.inflated_mb * MEGABYTE)
        told = route.read(plain, scope["query_string"])
        sender = sender or self._keys.sender(told.key, local(came_from))
        if sender is None:
            raise RefusalError(401, "key")
        arrival = self._arrival(sender, came_from, headers)
        await self._store(route, told, sender, arrival, len(plain) + len(scope["query_string"]))

    def _arrival(self, sender: Sender, came_from: str | None, headers: dict[bytes, bytes]) -> Arrival:
        agent = headers.get(b"user-agent", b"").decode("latin-1").replace("\0", "") or None
        received_at = int(self._clock() * 1_000_000)
        if sender.serves:
            return Arrival(self._digits, received_at, None, None, True)
        return Arrival(self._digits, received_at, came_from, agent, sender.believed)

    async def _store(self, route: Route, told: Told, sender: Sender, arrival: Arrival, size: int) -> None:
        """Hands the events to the log and waits until they are durable."""
        if wait := sender.bucket.wait(self._clock()):
            raise RefusalError(429, "rate", wait)
        if self.meter.held + size > HELD and self.meter.waiting:
            raise RefusalError(503, "busy", RETRY_SOON)
        done = translate(told.events, route.meaning, arrival)
        sender.bucket.take(len(done.rows) + len(done.refused))
        if not done.rows and not done.refused:
            return
        self.meter.waiting += 1
        self.meter.held += size
        began = asyncio.get_running_loop().time()
        try:
            receipt = await self._durable(route.dialect, done, arrival.received_at, size)
        finally:
            self.meter.waiting -= 1
            self.meter.held -= size
        self.meter.committed(asyncio.get_running_loop().time() - began)
        self.meter.events[route.dialect] += receipt.events
        self.meter.letters[route.dialect] += receipt.dead

    async def _durable(self, dialect: str, done: Translated, received_at: int | None, size: int) -> Receipt:
        """Waits for the log; whatever is wrong with it is our trouble, and the client's to send again."""
        source = f"collector/{dialect}"
        self._wakes = self._wakes or Wakes(asyncio.get_running_loop())
        try:
            async with asyncio.timeout(PATIENCE):
                written = self._sink.submit(
                    done.rows, letters=_letters(source, done), source=source, received_at=received_at, size=size
                )
                receipt: Receipt = await self._wakes.after(written)
        except (BusyError, TimeoutError):
            raise RefusalError(503, "busy", RETRY_SOON) from None
        except Exception as error:
            self._healthy = False
            raise RefusalError(503, "log", RETRY_LATER) from error
        self._healthy = True
        return receipt

    async def _refuse(self, send: Send, route: Route, refusal: RefusalError | BodyError, origin: bytes) -> None:
        self.meter.refused[refusal.reason.partition(":")[0]] += 1
        headers = self._origins.headers(origin)
        retry = getattr(refusal, "retry", 0)
        if retry:
            headers.append((b"retry-after", b"%d" % max(1, round(retry + 0.5))))
        if refusal.status == 405:
            headers.append((b"allow", ", ".join(sorted(route.methods | {"OPTIONS"})).encode()))
        if refusal.status == 408:
            headers.append((b"connection", b"close"))
        body = msgspec.json.encode({"success": False, "error": refusal.reason})
        await self._answer(send, refusal.status, body, b"application/json", headers)

    async def _answer(self, send: Send, status: int, body: bytes, kind: bytes, headers: Headers) -> None:
        self.meter.requests[status] += 1
        await answer(send, status, body, kind, headers)


def app(settings: Settings, sink: Sink, clock: Clock, figures: Callable[[], str] = str) -> Intake:
    """The collector as an ASGI app.

    Args:
        settings: who may send, how much, and the store's currency.
        sink: what makes events durable.
        clock: seconds since 1970, UTC, as ``time.time``.
        figures: what ``/metrics`` tells besides the collector's own, in Prometheus' text format.
    """
    return Intake(settings, sink, clock, figures)


def _headers(scope: Scope, address_header: bytes) -> dict[bytes, bytes]:
    """Headers by name, the last of each; those that name the visitor's address joined, under ``for``."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if address_header in headers:
        headers[b"for"] = b",".join(value for name, value in scope["headers"] if name == address_header)
    else:
        headers.pop(b"for", None)
    return headers


def _letters(source: str, done: Translated) -> list[DeadLetter]:
    return [DeadLetter(source, number, reason, _text(event)) for number, (reason, event) in enumerate(done.refused, 1)]


def _text(event: Any) -> str:
    """An event as it came, its beginning if it is a giant."""
    try:
        told = event if isinstance(event, bytes) else msgspec.json.encode(event)
    except (TypeError, ValueError, RecursionError):
        told = ascii(event).encode("utf-8", "replace")
    return bytes(told[:LONGEST_LINE]).decode("utf-8", "replace")
