"""The processes that make a store's days: the same days in the same order, however many there are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Any, cast

from footfall.simulate import mail
from footfall.simulate.days import Day
from footfall.simulate.draws import Reals
from footfall.simulate.encode import Encoder
from footfall.simulate.setting import Store
from footfall.simulate.shoppers import CartLog, plan
from footfall.simulate.store import Parcel, Population, emit, gather, parcels
from footfall.simulate.tables import Words, store_words
from footfall.simulate.tally import Tally, tally
from footfall.simulate.world import World, world

PIPE = 1 << 20


@dataclass(frozen=True, slots=True)
class Task:
    """What every process is told: the store, who else sends events, how to encode a day (None: as a table)."""

    store: Store
    others: tuple[Population, ...] = ()
    encoder: Encoder | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A day's journeys as other days need them: rows that fall on later days, and what is true of the carts."""

    ahead: dict[int, Parcel]
    carts: CartLog
    lost: Reals


@dataclass(frozen=True, slots=True)
class Made:
    """A finished day: an event table or its text, and what is true of it."""

    day: Day
    payload: Any
    tally: Tally


class Maker:
    """Makes days in two steps: plan the journeys that begin, then emit the events that happen."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.world: World = world(task.store)
        self.words: Words = store_words(self.world)
        self.own: dict[int, Parcel] = {}

    def plan(self, index: int) -> Planned:
        """Plans the journeys that begin on a day and keeps what falls on that same day."""
        journeys = plan(self.world, self.world.days[index])
        ahead = parcels(journeys, self.world.days, index)
        self.own[index] = ahead.pop(index)
        return Planned(ahead, journeys.carts, journeys.lost)

    def make(self, index: int, arrived: Sequence[Parcel]) -> Made:
        """Finishes a planned day with the parcels that earlier days sent ahead to it."""
        day = self.world.days[index]
        shoppers = gather(day, [*arrived, self.own.pop(index)])
        events = emit(self.world, self.words, day, shoppers, self.task.others)
        payload = self.task.encoder(events) if self.task.encoder else events
        return Made(day, payload, tally(self.world, day, shoppers.rows, shoppers.sessions, len(events)))


@dataclass(slots=True)
class _Post:
    """Parcels on their way, by the day they are for, in the order of the days that sent them."""

    parcels: dict[int, list[Parcel]] = field(default_factory=dict)

    def send(self, ahead: dict[int, Parcel]) -> None:
        for index, parcel in ahead.items():
            self.parcels.setdefault(index, []).append(parcel)

    def collect(self, index: int) -> list[Parcel]:
        return self.parcels.pop(index, [])


def days(task: Task) -> Generator[tuple[Planned, Made]]:
    """Makes every day of a store, in order."""
    return _alone(task) if task.store.processes == 1 else _together(task)


def _alone(task: Task) -> Generator[tuple[Planned, Made]]:
    maker, post = Maker(task), _Post()
    for index in range(task.store.days):
        planned = maker.plan(index)
        post.send(planned.ahead)
        yield planned, maker.make(index, post.collect(index))


def _together(task: Task) -> Generator[tuple[Planned, Made]]:
    """Deals the days out in turn; each process plans its next day while others finish theirs."""
    count, total = min(task.store.processes, task.store.days), task.store.days
    hands = [_Hand(task, first, count) for first in range(count)]
    post, waiting = _Post(), list[Planned]()
    try:
        for index in range(total + count - 1):
            if index < total:
                planned: Planned = hands[index % count].receive()
                hands[index % count].send(post.collect(index))
                post.send(planned.ahead)
                waiting.append(planned)
            if index >= count - 1:
                yield waiting.pop(0), hands[(index - count + 1) % count].receive()
    finally:
        for hand in hands:
            hand.close()


class _Hand:
    """One process; it needs nothing of the caller's main module, so that it may be started from anywhere."""

    def __init__(self, task: Task, first: int, step: int) -> None:
        paths = os.pathsep.join(path for path in sys.path if path)
        command = [sys.executable, "-c", "from footfall.simulate.crew import serve; serve()"]
        environment = {**os.environ, "PYTHONPATH": paths}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, pipesize=PIPE
        )
        self.send((task, first, step))

    def send(self, message: object) -> None:
        mail.send(cast(BufferedIOBase, self.process.stdin), message)

    def receive(self) -> Any:
        try:
            return mail.receive(cast(BufferedIOBase, self.process.stdout))
        except EOFError as error:
            raise RuntimeError("a process of the simulator ended before its work was done") from error

    def close(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            cast(BufferedIOBase, pipe).close()
        self.process.wait()


def serve() -> None:
    """A process of the crew: plans and makes every ``step``-th day from ``first``, by messages on its pipes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = cast(BufferedIOBase, sys.stdin.buffer), os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    task, first, step = mail.receive(source)
    maker = Maker(task)
    for index in range(first, task.store.days, step):
        mail.send(sink, maker.plan(index))
        mail.send(sink, maker.make(index, mail.receive(source)))
