"""One reader of the guard for all who watch: what changes is worked out once and handed to each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from footfall.incident import Incident
from footfall.ports import FootfallError, LivePlane
from footfall.web.live_card import Cards, Render, open_attacks

LOOK = 0.2
"""Seconds between two looks whether anything changed."""
BEAT = 1.0
"""Seconds between two looks at the pulse."""
WAITING = 64
"""Messages that may wait for one who reads slowly; who is further behind begins anew."""
STILL = 15.0
"""Seconds of silence after which a line without meaning is sent, lest a proxy hang up."""
LONGEST = 600.0
"""Seconds of a stream: who listens on is asked again who they are."""
RETRY = b"retry: 1500\n\n"
Variant = tuple[bool, bool]
"""Whether one may act, and whether one is to say their name."""


@dataclass(eq=False)
class _Listener:
    """One who watches, and what waits for them; None ends it."""

    variant: Variant
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def give(self, message: bytes | None) -> None:
        """Hands a message over; who is too far behind is let go, and comes again."""
        if self.queue.full():
            with suppress(asyncio.QueueEmpty):
                while True:
                    self.queue.get_nowait()
            message = None
        self.queue.put_nowait(message)


@dataclass(slots=True)
class _Seen:
    """An incident as it was told last, and when that was, ms."""

    incident: Incident
    at: int
    gone: bool = False


class Hub:
    """Streams what changes; reads only while somebody watches.

    Args:
        live: the guard.
        cards: of its incidents.
        render: writes a card.
        now: UTC ms.
        ended: whether all streams are to end.
        longest: seconds of a stream.
    """

    def __init__(
        self,
        live: LivePlane,
        cards: Cards,
        render: Render,
        now: Callable[[], int],
        ended: Callable[[], bool],
        longest: float = LONGEST,
    ) -> None:
        self._live, self._cards, self._render, self._now, self._ended = live, cards, render, now, ended
        self._longest = longest
        self._listeners: set[_Listener] = set()
        self._watching = 0
        self._reader: asyncio.Task[None] | None = None
        self._seen: dict[str, _Seen] = {}
        self._mark: object = None
        self._pulse: dict[int, tuple[int, int, int]] = {}
        self._ready = asyncio.Event()

    async def stream(self, variant: Variant, since: int) -> AsyncIterator[bytes]:
        """What changed since a moment, ms, then what changes; server-sent events."""
        listener = _Listener(variant)
        self._watching += 1
        try:
            if self._reader is None or self._reader.done():
                self._ready.clear()
                self._reader = asyncio.create_task(self._read())
            await self._ready.wait()
            missed = [seen for seen in self._seen.values() if seen.at >= since]
            first = [RETRY + _event("pulse", list(self._pulse.values())), *(self._told(one, variant) for one in missed)]
            self._listeners.add(listener)  # with nothing awaited since, so that nothing is told twice or never
            for message in first:
                yield message
            async for message in self._messages(listener):
                yield message
        finally:
            self._watching -= 1
            self._listeners.discard(listener)

    async def _messages(self, listener: _Listener) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._longest
        while (left := until - loop.time()) > 0 and not self._ended():
            try:
                message = await asyncio.wait_for(listener.queue.get(), min(STILL, left))
            except TimeoutError:
                message = b": still here\n\n"
            if message is None or self._reader is None or self._reader.done():
                return
            yield message

    async def _read(self) -> None:
        """Looks until nobody watches any more, or all is to end."""
        beat = 0.0
        loop = asyncio.get_running_loop()
        try:
            while self._watching and not self._ended():
                with suppress(FootfallError):
                    await self._look()
                    if loop.time() >= beat:
                        beat = loop.time() + BEAT
                        await self._feel()
                self._ready.set()
                await asyncio.sleep(LOOK)
        finally:
            self._ready.set()
            for listener in self._listeners:
                listener.give(None)

    async def _look(self) -> None:
        mark = await asyncio.to_thread(self._live.mark)
        if mark == self._mark:
            return
        changed, attacks = await asyncio.to_thread(self._changes)
        self._mark = mark
        for seen in changed:
            for variant in {listener.variant for listener in self._listeners}:
                message = await asyncio.to_thread(self._told, seen, variant)
                self._hand(message, variant)
        if changed:
            self._hand(_event("attacks", attacks))

    async def _feel(self) -> None:
        """Tells of the seconds that are new, or were counted anew."""
        seconds = await asyncio.to_thread(self._live.pulse)
        fresh = [second for second in seconds if self._pulse.get(second[0]) != second]
        self._pulse = {second[0]: second for second in seconds}
        if fresh:
            self._hand(_event("pulse", fresh))

    def _changes(self) -> tuple[list[_Seen], int]:
        """Incidents that are not as they were told last, and how many attacks go on."""
        now, going = self._now(), {incident.id: incident for incident in self._live.store.incidents(going=True)}
        past = [key for key, seen in self._seen.items() if key not in going and not seen.gone]
        ended = {key: self._live.store.incident(key) for key in past}
        changed = []
        for key, incident in {**going, **ended}.items():
            known = self._seen.get(key)
            if known is None or known.incident != incident:
                gone = key in ended and any(deed.what == "withdrawn" for deed in self._live.timeline(key))
                self._seen[key] = _Seen(incident, now, gone)
                changed.append(self._seen[key])
        self._forget(set(going))
        return sorted(changed, key=lambda seen: seen.incident.updated), len(open_attacks(self._live))

    def _forget(self, going: set[str]) -> None:
        """What ended is told for a day, so that pages left open hear of it."""
        old = self._now() - 86_400_000
        self._seen = {key: seen for key, seen in self._seen.items() if key in going or seen.at > old}

    def _told(self, seen: _Seen, variant: Variant) -> bytes:
        html = "" if seen.gone else self._render(self._cards.of(seen.incident), *variant)
        return _event("incident", {"id": seen.incident.id, "html": html}, seen.at)

    def _hand(self, message: bytes, variant: Variant | None = None) -> None:
        for listener in list(self._listeners):
            if variant is None or listener.variant == variant:
                listener.give(message)


def _event(kind: str, data: object, number: int | None = None) -> bytes:
    """A server-sent event; its data is one line, for JSON has no others."""
    head = f"event: {kind}\n" + (f"id: {number}\n" if number is not None else "")
    return head.encode() + b"data: " + msgspec.json.encode(data) + b"\n\n"
