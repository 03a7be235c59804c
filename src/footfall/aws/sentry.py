"""The guard behind Flink: signals in, in the order of their shard; what follows from them is kept and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

import msgspec

from footfall import rules
from footfall.aws import signals
from footfall.aws.behind import Behind
from footfall.aws.recalled import Buyers, Recalled, Told, settled
from footfall.aws.signals import FEED, WATCH, Signal
from footfall.detect.arrivals import ALLOWED
from footfall.detect.guard import Guard
from footfall.ports import GuardChanges, IncidentStore

STATE, PLACE = "guard", "place"
SETTLED = 5_000
"""The application tells in order of time; what its stream refused and took a moment later is that far apart at most."""
VISIBLE = 1_000
"""What a stream took so many ms before something else can be read with it."""
SPACING = 60_000
"""Event time, ms, between two snapshots; what came since is read again from the stream where memory is lost."""

Numbered = tuple[int, Signal]
"""A signal with its sequence number."""
Replay = Callable[[int, int], Iterable[Numbered]]
"""The signals after one sequence number up to another, inclusive."""


class _State(msgspec.Struct, frozen=True):
    """What is kept to go on from: the rules of then, how far was read, what is held back, the alerts that go on, up to
    where windows were looked at, the guard's memory."""

    rules: str
    place: str
    newest: int
    held: list[Signal]
    going: list[str]
    looked: dict[int, int]
    guard: bytes


class Sentry:
    """Takes the signals of one shard; the same signals twice, or after a crash, lead to the same record.

    Signals come in order of time. What comes when its time is settled was told before, for after a crash the
    application tells again what it told since its checkpoint; it is passed over.

    Args:
        store: where incidents and the place in the stream are kept.
        replay: reads signals again.
        known: the rules, by id.
        behind: the events behind what is told.
    """

    def __init__(self, store: IncidentStore, replay: Replay, known: Mapping[str, rules.Rule], behind: Behind) -> None:
        self._store, self._replay, self._known, self._behind = store, replay, known, behind
        self._watches = {watch.id: settled(watch, behind) for rule in known.values() for watch in rule.watches}
        self._forget()

    def take(self, numbered: Sequence[Numbered]) -> list[Signal]:
        """Takes signals in order; gives those that were new.

        Raises:
            FootfallError: nothing of them was kept for good; they are to be given again.
        """
        self.unseen = 0
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
        self._windows = Told(self._behind)
        memory = (Recalled(self._behind), Buyers(self._behind))
        self.guard = Guard(self._known, rules.feeds(), self._windows, ALLOWED, *memory)
        self.place = self.unseen = 0
        self._sure = True
        self._newest = self._kept_at = 0
        self._held: list[Signal] = []
        self._going: set[str] = set()

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
            self._kept_at, self._going = state.newest, set(state.going)
            self._behind.looked = dict(state.looked)
            self.guard.restore(state.guard)

    def _step(self, fresh: Sequence[Signal]) -> None:
        """Judges what is settled, and warns of what is new."""
        due, upto = self._settled(fresh)
        closed = self._newest - SETTLED
        self._behind.ask(upto)
        found = signals.found(due, self._watches)
        judged = self.guard.judge(found, signals.panes(due, rules.feeds()), closed)
        self.unseen += self._behind.unseen
        self._behind.ask({})
        self._windows.fresh = signals.found(self._held, self._watches)
        for changes in (judged, self.guard.warn()):
            if changes != GuardChanges():
                self._store.apply(changes)
        self._follow(judged, closed, upto)

    def _settled(self, fresh: Sequence[Signal]) -> tuple[list[Signal], dict[int, int]]:
        """What is to be judged now, and up to which arrival the events of each window's end are looked at: that of the
        signal that settled it, so that it is the same however the signals were cut into batches."""
        due: list[Signal] = []
        upto: dict[int, int] = {}
        for signal in fresh:
            ripe = self._ripened(signal)
            due += ripe
            upto |= {each.end: max(upto.get(each.end, 0), signal.arrived - VISIBLE) for each in ripe}
        return due, upto

    def _ripened(self, signal: Signal) -> list[Signal]:
        """Takes a signal; those that are settled by it."""
        if signal.kind in (WATCH, FEED) and signal.end > self._newest - SETTLED:
            self._held.append(signal)
        if signal.end <= self._newest:
            return []
        self._newest = signal.end
        closed = self._newest - SETTLED
        ripe = [each for each in self._held if each.end <= closed]
        self._held = [each for each in self._held if each.end > closed] if ripe else self._held
        return ripe

    def _follow(self, judged: GuardChanges, closed: int, upto: Mapping[int, int]) -> None:
        """Reads on while an alert goes on: when it ends, it is asked who bought meanwhile."""
        self._going |= {alert.id for _, alert in judged.alerts}
        self._going -= {alert.id for _, alert in judged.alerts if alert.ended is not None}
        if self._going and upto:
            self._behind.follow(max(upto.values()))
        self._behind.forget(closed)

    def _keep(self, place: int) -> None:
        """Makes the place durable, and now and then all that is remembered."""
        states = {PLACE: str(place).encode()}
        if self._newest >= self._kept_at + SPACING:
            states[STATE] = msgspec.msgpack.encode(self._state(place))
        self._store.apply(GuardChanges(states=states))
        self.place = place
        if STATE in states:
            self._kept_at = self._newest

    def _state(self, place: int) -> _State:
        going, looked = sorted(self._going), self._behind.looked
        return _State(self._fingerprint(), str(place), self._newest, self._held, going, looked, self.guard.snapshot())

    def _fingerprint(self) -> str:
        """What the rules are made of: a snapshot of others is of no use."""
        texts = [f"{watch.id}\n{watch.size}\n{watch.hop}\n{watch.text}" for watch in self._watches.values()]
        return sha256("\n".join(texts).encode()).hexdigest()[:16]


def longest(known: Mapping[str, rules.Rule]) -> int:
    """The longest window of some rules, ms."""
    return max((watch.size for rule in known.values() for watch in rule.watches), default=0)


def lags(fresh: Iterable[Signal], now: int) -> Iterator[int]:
    """How long after the end of its window each finding was told, ms."""
    for signal in fresh:
        if signal.kind == WATCH:
            yield max(0, now - signal.end)
