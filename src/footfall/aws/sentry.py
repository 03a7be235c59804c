"""The guard behind Flink: signals in, in the order of their shard; what follows from them is kept and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import msgspec
import pyarrow as pa

from footfall import rules
from footfall.aws import signals
from footfall.aws.signals import FEED, TICK, WATCH, Signal
from footfall.detect.guard import Guard
from footfall.detect.relation import COLUMNS, SCHEMA
from footfall.detect.windows.found import Found
from footfall.ports import GuardChanges, IncidentStore
from footfall.rules import Watch

STATE, PLACE = "guard", "place"
SETTLED = 5_000
"""Operators of the Flink application may tell of the same moment so many ms of event time apart."""
SLACK = 30_000
"""A tick lets time pass up to so many ms before it: what happened earlier has been through Flink."""
SPACING = 60_000
"""Event time, ms, between two snapshots; what came since is read again from the stream where memory is lost."""

Numbered = tuple[int, Signal]
"""A signal with its sequence number."""
Replay = Callable[[int, int], Iterable[Numbered]]
"""The signals after one sequence number up to another, inclusive."""


class _State(msgspec.Struct, frozen=True):
    """What is kept to go on from: the rules of then, how far was read, what is held back, the guard's memory."""

    rules: str
    place: str
    newest: int
    held: list[Signal]
    guard: bytes


class Told:
    """Windows that are kept elsewhere: what they hold is told."""

    def __init__(self) -> None:
        self.fresh: list[Found] = []

    def feed(self, _events: pa.Table, _watermark: int) -> list[Found]:
        """Nothing: events are Flink's."""
        return []

    def early(self, _ahead: int = 0) -> list[Found]:
        """What was told and is not settled yet."""
        return self.fresh

    def flush(self) -> list[Found]:
        """Nothing is open here."""
        return []

    def steps(self, _watch: Watch, _key: tuple[str, ...], _window_end: int, *columns: str) -> pa.Table:
        """None: events stay with Flink."""
        return SCHEMA.empty_table().select(columns or COLUMNS)

    def snapshot(self) -> bytes:
        """Nothing to go on from."""
        return b""

    def restore(self, _state: bytes) -> None:
        """Nothing was kept."""


class Sentry:
    """Takes the signals of one shard; the same signals twice, or after a crash, lead to the same record.

    Args:
        store: where incidents and the place in the stream are kept.
        replay: reads signals again.
        known: the rules, by id.
    """

    def __init__(self, store: IncidentStore, replay: Replay, known: Mapping[str, rules.Rule]) -> None:
        self._store, self._replay, self._known = store, replay, known
        self._watches = {watch.id: unconfirmed(watch) for rule in known.values() for watch in rule.watches}
        self._forget()

    def take(self, numbered: Sequence[Numbered]) -> list[Signal]:
        """Takes signals in order; gives those that were new.

        Raises:
            FootfallError: nothing of them was kept for good; they are to be given again.
        """
        self._catch_up()
        fresh = [each for each in numbered if each[0] > self.place]
        if fresh:
            try:
                self._step([signal for _, signal in fresh])
                self._keep(fresh[-1][0])
            except BaseException:
                self._sure = False
                raise
        return [signal for _, signal in fresh]

    def _forget(self) -> None:
        self._windows = Told()
        self.guard = Guard(self._known, rules.feeds(), self._windows)
        self.place = 0
        self._sure = True
        self._newest = self._kept_at = 0
        self._held: list[Signal] = []

    def _catch_up(self) -> None:
        """Goes on where the record stands, whoever brought it there."""
        kept = self._store.state(PLACE)
        stands = int(kept) if kept else 0
        if stands != self.place or not self._sure:
            self._restore()
            again = [each for each in self._replay(self.place, stands) if each[0] > self.place]
            if again:
                self._step([signal for _, signal in again])
            self.place = stands

    def _restore(self) -> None:
        self._forget()
        kept = self._store.state(STATE)
        state = msgspec.msgpack.decode(kept, type=_State) if kept else None
        if state and state.rules == self._fingerprint():
            self.place, self._newest, self._held = int(state.place), state.newest, state.held
            self._kept_at = state.newest
            self.guard.restore(state.guard)

    def _step(self, fresh: Sequence[Signal]) -> None:
        """Warns of what is new, and judges what is settled."""
        self._newest = max([self._newest, *map(_time, fresh)])
        self._held += [signal for signal in fresh if signal.kind in (WATCH, FEED)]
        closed = self._newest - SETTLED
        due = [signal for signal in self._held if signal.end <= closed]
        self._held = [signal for signal in self._held if signal.end > closed]
        self._windows.fresh = signals.found(self._held, self._watches)
        for changes in (self._judged(due, closed), self.guard.warn()):
            if changes != GuardChanges():
                self._store.apply(changes)

    def _judged(self, due: Sequence[Signal], closed: int) -> GuardChanges:
        found = signals.found(due, self._watches)
        return self.guard.judge(found, signals.panes(due, rules.feeds()), closed)

    def _keep(self, place: int) -> None:
        """Makes the place durable, and now and then all that is remembered."""
        states = {PLACE: str(place).encode()}
        if self._newest >= self._kept_at + SPACING:
            kept = _State(self._fingerprint(), str(place), self._newest, self._held, self.guard.snapshot())
            states[STATE] = msgspec.msgpack.encode(kept)
        self._store.apply(GuardChanges(states=states))
        self.place = place
        if STATE in states:
            self._kept_at = self._newest

    def _fingerprint(self) -> str:
        """What the rules are made of: a snapshot of others is of no use."""
        texts = [f"{watch.id}\n{watch.size}\n{watch.hop}\n{watch.text}" for watch in self._watches.values()]
        return sha256("\n".join(texts).encode()).hexdigest()[:16]


def unconfirmed(watch: Watch) -> Watch:
    """A watch as it works here: what would have to be confirmed by the events themselves adds to scores alone."""
    return replace(watch, confirm=None, alert=False) if watch.confirm else replace(watch, early=True)


def lags(fresh: Iterable[Signal], now: int) -> Iterator[int]:
    """How long after the end of its window each finding was told, ms."""
    for signal in fresh:
        if signal.kind == WATCH:
            yield max(0, now - signal.end)


def _time(signal: Signal) -> int:
    return signal.end - SLACK if signal.kind == TICK else signal.end
