"""The guard at its post: the event log watched as it grows; what it says is kept and told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256

import msgspec
import pyarrow as pa

from footfall import rules
from footfall.config import Settings
from footfall.detect.guard import Guard
from footfall.detect.windows.panes import Panes
from footfall.embedded.event_log import SegmentedLog
from footfall.embedded.figures import Figures
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.embedded.notify import Postman
from footfall.embedded.tempo import TempoFile
from footfall.layout import Layout
from footfall.ports import FootfallError, GuardChanges

READER = "guard"
STATE = "guard"
ROWS = 50_000
"""Events taken at once when there is a backlog."""
PAUSE = 0.1
"""Seconds to wait for events before looking at the clock."""
SLACK = 2_000
"""What arrived may be so many ms on its way into the log when nothing else arrives."""
LEAST, SHARE = 5.0, 20
"""Seconds between snapshots: at least so many, and so many times what the last one took."""


class _State(msgspec.Struct, frozen=True):
    """What is kept to go on from: the rules it was made with, how far the log was read, the guard's memory."""

    rules: str
    offset: int
    guard: bytes


def known_rules(layout: Layout) -> dict[str, rules.Rule]:
    """The package's rules and the user's own, which lie in ``HOME/rules``; a user's rule replaces one of its name.

    Raises:
        RuleError: a rule that cannot be used.
    """
    own = layout.rules
    return {**rules.rules(), **(rules.rules(own) if own.is_dir() else {})}


def new_guard(known: Mapping[str, rules.Rule]) -> Guard:
    """A guard that has seen nothing."""
    return Guard(known, rules.feeds(), Panes([watch for rule in known.values() for watch in rule.watches]))


class Sentry:
    """Watches one home's event log; goes on where it stopped, whatever stopped it.

    The record is kept together with the place in the log up to which it is known, so nothing is said twice and nothing
    is left out.

    Args:
        layout: the home.
        settings: whom to tell.
    """

    def __init__(self, layout: Layout, settings: Settings) -> None:
        self._log, self._store = SegmentedLog(layout), EmbeddedIncidents(layout)
        known = known_rules(layout)
        self._rules = _fingerprint(known)
        self.guard, self.offset = new_guard(known), 0
        self._restore()
        self._tempo = TempoFile(layout)
        self._tempo.learn(alert for one in self._store.incidents(going=True) for alert in self._store.alerts(one.id))
        self._figures = Figures(layout, self._store, known)
        self._postman = Postman(self._store, settings.alerts)
        self._kept_at, self._wait = time.monotonic(), LEAST

    def run(self, stop: threading.Event) -> None:
        """Watches until it is told to stop; notes are sent by a thread of their own, for channels may be slow."""
        postman = threading.Thread(target=self._deliver, args=(stop,), name="postman", daemon=True)
        postman.start()
        while not stop.is_set():
            self.step()
        self.keep()
        postman.join(timeout=10)

    def step(self) -> int:
        """Takes what is new in the log; the number of events, 0 when there was none."""
        self._log.wait(self.offset, PAUSE)
        taken = 0
        for offset, events in self._joined():
            self.offset, taken = offset, taken + events.num_rows
            self._keep(self.guard.feed(events))
            self._keep(self.guard.warn())
        if not taken:
            self._keep(self.guard.idle(time.time_ns() // 1_000_000 - SLACK))
        if time.monotonic() - self._kept_at >= self._wait:
            self.keep()
        now = time.time_ns() // 1_000_000
        self._tempo.look(self.guard, now)
        self._figures.look(self.guard, now)
        return taken

    def keep(self) -> None:
        """Makes all that is remembered durable, together with the place in the log."""
        began = time.monotonic()
        state = msgspec.msgpack.encode(_State(self._rules, self.offset, self.guard.snapshot()))
        self._store.apply(GuardChanges(states={STATE: state}))
        self._log.commit(READER, self.offset)
        self._kept_at = time.monotonic()
        self._wait = max(LEAST, SHARE * (self._kept_at - began))

    def _restore(self) -> None:
        kept = self._store.state(STATE)
        if kept is None:
            return
        state = msgspec.msgpack.decode(kept, type=_State)
        self.offset = state.offset
        if state.rules == self._rules:
            self.guard.restore(state.guard)

    def _keep(self, changes: GuardChanges) -> None:
        if changes != GuardChanges():
            self._store.apply(changes)
            self._tempo.learn(alert for _, alert in changes.alerts)

    def _joined(self) -> Iterator[tuple[int, pa.Table]]:
        """What the log holds now, small batches together."""
        held: list[pa.Table] = []
        rows, offset = 0, self.offset
        for offset, events in self._log.read(self.offset):
            held.append(events)
            rows += events.num_rows
            if rows >= ROWS:
                yield offset, _one(held)
                held, rows = [], 0
        if held:
            yield offset, _one(held)

    def _deliver(self, stop: threading.Event) -> None:
        while not stop.wait(0.5):
            try:
                self._postman.deliver(time.time_ns() // 1_000_000)
            except FootfallError:
                continue


def _one(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables, promote_options="default")


def _fingerprint(known: Mapping[str, rules.Rule]) -> str:
    """What the rules are made of: a snapshot of others is of no use."""
    texts = [
        f"{watch.id}\n{watch.size}\n{watch.hop}\n{watch.text}" for rule in known.values() for watch in rule.watches
    ]
    return sha256("\n".join(texts).encode()).hexdigest()[:16]
