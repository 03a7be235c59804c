"""The stream: what changes reaches everybody who watches, once worked out, and nobody holds the others up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from footfall.embedded.tempo import Told
from footfall.incident import Severity
from footfall.layout import Layout
from footfall.ports import GuardChanges
from footfall.web import live_hub
from footfall.web.live_card import Card, Cards
from footfall.web.live_hub import WAITING, Hub
from tests.conftest import temporary_folder
from tests.web.doors import NOON, Door
from tests.web.test_audit import KEY, incident

PATIENCE = 20
ACTS, LOOKS = (True, False), (False, False)


@dataclass
class Watched:
    """A hub over a home, and how often it wrote a card."""

    door: Door
    written: list[tuple[str, bool]] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        live = self.door.plane.live
        self.hub = Hub(live, Cards(live, ZoneInfo("UTC")), self.write, self.door.clock, lambda: self.ended)

    def write(self, card: Card, acts: bool, asks: bool) -> str:
        """A card in a word."""
        assert not asks
        self.written.append((card.incident.id, acts))
        return f"<article>{card.state}, acts {acts}</article>"


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """A hub that looks often."""
    monkeypatch.setattr(live_hub, "LOOK", 0.01)
    monkeypatch.setattr(live_hub, "BEAT", 0.02)
    with temporary_folder() as folder:
        yield Watched(Door(folder / "home"))


def events(message: bytes) -> list[tuple[str, Any]]:
    """The events in what was sent: kind and data."""
    found = []
    for block in message.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


async def until(stream: AsyncIterator[bytes], wanted: Callable[[str, Any], bool]) -> Any:
    """Reads until something is told."""
    async with asyncio.timeout(PATIENCE):
        async for message in stream:
            for kind, data in events(message):
                if wanted(kind, data):
                    return data
    raise AssertionError("the stream ended")


def of(key: str) -> Callable[[str, Any], bool]:
    """Whether an event tells of an incident."""
    return lambda kind, data: kind == "incident" and data["id"] == key


def run(work: Coroutine[Any, Any, None]) -> None:
    """Runs in a loop of its own."""
    asyncio.run(work)


def test_what_is_raised_reaches_all_who_watch_and_is_written_once_for_each_kind(watched: Watched) -> None:
    async def work() -> None:
        streams = [watched.hub.stream(variant, NOON) for variant in [ACTS] * 20 + [LOOKS] * 20]
        first = [await anext(stream) for stream in streams]
        assert all(message.startswith(b"retry: ") for message in first)
        watched.door.plane.live.store.apply(GuardChanges(incidents=(incident(),)))
        told = await asyncio.gather(*(until(stream, of(KEY)) for stream in streams))
        assert {one["html"] for one in told[:20]} == {"<article>going on, acts True</article>"}
        assert {one["html"] for one in told[20:]} == {"<article>going on, acts False</article>"}
        assert sorted(watched.written) == [(KEY, False), (KEY, True)]
        count = await asyncio.gather(*(until(stream, lambda kind, _data: kind == "attacks") for stream in streams))
        assert set(count) == {1}

    run(work())


def test_what_people_do_is_told_too(watched: Watched) -> None:
    async def work() -> None:
        store = watched.door.plane.live.store
        store.apply(GuardChanges(incidents=(incident(),)))
        stream = watched.hub.stream(ACTS, NOON + 1)
        await anext(stream)
        store.acknowledge(KEY, "anna", NOON)
        assert "anna looks after it" in (await until(stream, of(KEY)))["html"]
        store.resolve(KEY, "anna", NOON)
        assert "resolved" in (await until(stream, of(KEY)))["html"]
        assert await until(stream, lambda kind, _data: kind == "attacks") == 0

    run(work())


def test_an_empty_warning_is_taken_off_the_page(watched: Watched) -> None:
    async def work() -> None:
        store = watched.door.plane.live.store
        store.apply(GuardChanges(incidents=(incident(),)))
        stream = watched.hub.stream(ACTS, NOON + 1)
        await anext(stream)
        store.apply(GuardChanges(incidents=(incident(closed=NOON),), events=((KEY, "withdrawn", NOON),)))
        assert (await until(stream, of(KEY)))["html"] == ""

    run(work())


def test_who_comes_again_hears_what_was_missed_and_nothing_older(watched: Watched) -> None:
    async def work() -> None:
        store, clock = watched.door.plane.live.store, watched.door.clock
        keeper = watched.hub.stream(ACTS, NOON)
        await anext(keeper)
        store.apply(GuardChanges(incidents=(incident(),)))
        await until(keeper, of(KEY))
        clock.now += 10
        store.apply(GuardChanges(incidents=(incident("cd" * 8),)))
        await until(keeper, of("cd" * 8))
        again = watched.hub.stream(ACTS, NOON + 5)
        await anext(again)
        assert await until(again, lambda kind, _data: kind == "incident") == {
            "id": "cd" * 8,
            "html": "<article>going on, acts True</article>",
        }

    run(work())


def test_a_crowd_is_told_and_not_counted(watched: Watched) -> None:
    async def work() -> None:
        stream = watched.hub.stream(ACTS, NOON)
        await anext(stream)
        watched.door.plane.live.store.apply(GuardChanges(incidents=(incident(severity=Severity.INFO),)))
        await until(stream, of(KEY))
        assert await until(stream, lambda kind, _data: kind == "attacks") == 0

    run(work())


def test_who_does_not_read_is_let_go_and_holds_nobody_up(watched: Watched) -> None:
    async def work() -> None:
        slow, quick = watched.hub.stream(ACTS, NOON), watched.hub.stream(ACTS, NOON)
        await anext(slow)
        await anext(quick)
        for number in range(WAITING + 3):
            store = watched.door.plane.live.store
            store.apply(GuardChanges(incidents=(incident(f"{number:016x}"),)))
            await until(quick, of(f"{number:016x}"))
        left = [message async for message in slow]
        assert len(left) < WAITING

    run(work())


def test_seconds_are_told_once_and_again_when_they_are_counted_anew(watched: Watched) -> None:
    path = Layout(watched.door.home).pulse

    def tell(*seconds: tuple[int, int, int]) -> None:
        import msgspec

        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(Told(list(seconds))))

    async def work() -> None:
        tell((1, 5, 0), (2, 6, 0))
        stream = watched.hub.stream(LOOKS, NOON)
        assert events(await anext(stream)) == [("pulse", [[1, 5, 0], [2, 6, 0]])]
        tell((1, 5, 0), (2, 2, 4), (3, 1, 9))
        assert await until(stream, lambda kind, _data: kind == "pulse") == [[2, 2, 4], [3, 1, 9]]

    run(work())


def test_streams_end_with_the_server_and_a_new_one_begins_anew(watched: Watched) -> None:
    async def work() -> None:
        stream = watched.hub.stream(LOOKS, NOON)
        await anext(stream)
        watched.ended = True
        async with asyncio.timeout(PATIENCE):
            assert [message async for message in stream] == []
        watched.ended = False
        again = watched.hub.stream(LOOKS, NOON)
        assert (await anext(again)).startswith(b"retry")
        watched.door.plane.live.store.apply(GuardChanges(incidents=(incident(),)))
        await until(again, of(KEY))

    run(work())
