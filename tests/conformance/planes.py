"""The same events through both planes: the embedded guard, and the pane engine in Flink's place with the responder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from footfall import rules
from footfall.aws.behind import MOST, Behind
from footfall.aws.records import Record, records
from footfall.aws.sentry import SETTLED, Sentry, longest
from footfall.aws.signals import parse
from footfall.detect.arrivals import Arrivals
from footfall.detect.copies import Copies
from footfall.detect.guard import Guard
from footfall.detect.pulse import Pulse
from footfall.detect.relation import relation
from footfall.detect.windows import Panes
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Severity
from footfall.layout import Layout
from footfall.ports import FootfallError, GuardChanges

HOUR = 3_600_000
TAKEN = 200
"""ms after its reception at which the stream takes an event."""
SAID = 5_301
"""ms after the end of its window at which the stream takes a signal."""
Line = dict[str, Any]
Kept = dict[str, Any]


@dataclass
class Shelf:
    """A stream in memory: records by shard, as a test put them there."""

    held: dict[str, list[Record]] = field(default_factory=dict)
    page: int = 700
    read: int = 0

    def put(self, shard: str, arrived: int, data: bytes) -> None:
        """Adds a record."""
        held = self.held.setdefault(shard, [])
        held.append(Record(len(held) + 1, arrived, data))

    def shards(self) -> list[str]:
        """Their ids."""
        return sorted(self.held)

    def pages(self, shard: str, after: int = 0, since: int = 0) -> Iterator[list[Record]]:
        """What lies behind a place, or was taken since a moment."""
        found = [each for each in self.held[shard] if (each.number > after if after else each.arrived >= since)]
        for start in range(0, len(found), self.page):
            self.read += len(found[start : start + self.page])
            yield found[start : start + self.page]


@dataclass
class Broken(Shelf):
    """One that cannot be read now and then, in the middle of a reading too."""

    chance: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.chance)

    def pages(self, shard: str, after: int = 0, since: int = 0) -> Iterator[list[Record]]:
        """What lies there, or no more of it."""
        for page in super().pages(shard, after, since):
            if self._random.random() < 0.1:
                raise FootfallError("The stream is busy.")
            yield page


class Shaky(EmbeddedIncidents):
    """A store that fails now and then, before it has kept a step or after."""

    def __init__(self, layout: Layout, seed: int) -> None:
        super().__init__(layout)
        self._random, self.failed = Random(seed), 0

    def apply(self, changes: GuardChanges) -> None:
        """Keeps a step, or says that it did not."""
        luck = self._random.random()
        if luck > 0.1:
            super().apply(changes)
        if luck < 0.2:
            self.failed += 1
            raise FootfallError("The table is busy.")


def shelf(events: pa.Table, shards: int = 3) -> Shelf:
    """Events as the stream of clean events holds them."""
    made = Shelf()
    for row, received in zip(records(events), millis(events["received_at"]), strict=True):
        made.put(f"shard-{sum(row['PartitionKey'].encode()) % shards}", received + TAKEN, row["Data"])
    return made


def millis(times: pa.ChunkedArray) -> list[int]:
    """Times as UTC ms."""
    return [at // 1000 for at in times.cast(pa.int64()).to_pylist()]


def by_reception(events: pa.Table) -> pa.Table:
    """Events in order of arrival; what says nothing of its reception was received at once."""
    received = pc.coalesce(events["received_at"], events["event_time"])
    events = events.set_column(events.schema.get_field_index("received_at"), "received_at", received)
    return events.sort_by([("received_at", "ascending"), ("event_time", "ascending")])


def embedded(events: pa.Table, store: Any, batch: int = 2_000) -> None:
    """Watches events as the embedded sentry does, and long after."""
    known = rules.rules()
    guard = Guard(known, rules.feeds(), Panes([watch for rule in known.values() for watch in rule.watches]))
    for start in range(0, len(events), batch):
        _kept(store, guard.feed(events.slice(start, batch)))
        _kept(store, guard.warn())
    _kept(store, guard.idle(millis(events["received_at"])[-1] + 2 * HOUR))


def _kept(store: Any, changes: GuardChanges) -> None:
    if changes != GuardChanges():
        store.apply(changes)


def told(events: pa.Table) -> list[Line]:
    """What the Flink application would say of events: rows of watches and feeds by the end of their windows, a tick."""
    watches = [watch for rule in rules.rules().values() for watch in rule.watches]
    panes, pulse, arrivals = Panes(watches), Pulse(rules.feeds()), Arrivals()
    on_time = arrivals.take(relation(Copies().without(events)))
    found = panes.feed(on_time, arrivals.watermark) + panes.flush()
    fed = pulse.feed(on_time, arrivals.watermark) + pulse.flush()
    lines: list[Line] = [
        {"watch": each.watch.id, "window_end": each.window_end, **dict(zip(each.watch.key, key, strict=True)), **counts}
        for each in found
        for key, counts in each.rows()
    ]
    lines += [{"feed": name, "window_end": end, **row} for name, end, rows in fed for row in rows.to_pylist()]
    late = millis(events["received_at"])[-1] + 2 * HOUR
    return [*sorted(lines, key=lambda line: line["window_end"]), {"tick": late + SETTLED}]


def when(line: Line) -> int:
    """When the stream takes a signal, UTC ms."""
    return int(line["tick"] if "tick" in line else line["window_end"]) + SAID


def responded(
    lines: Sequence[Line],
    stream: Any,
    store: Any,
    *,
    cuts: Sequence[int] = (),
    restarts: Sequence[int] = (),
    later: int = 0,
    most: int = MOST,
) -> int:
    """Gives signals to the responder in batches; after some of them it loses its memory.

    Args:
        lines: the signals.
        stream: of clean events.
        store: keeps the record.
        cuts: where a new batch begins.
        restarts: after which batches.
        later: how long after the signals were taken, ms.
        most: events held at most.

    Returns:
        How many windows were judged without their events.
    """
    numbered = [(number, parse(msgspec.json.encode(line), when(line))) for number, line in enumerate(lines, 1)]
    known, unseen = rules.rules(), 0

    def new() -> Sentry:
        behind = Behind(stream, longest(known), lambda: when(lines[-2]) + later, most)
        return Sentry(store, lambda after, until: numbered[after:until], known, behind)

    sentry = new()
    for number, (start, stop) in enumerate(pairwise([0, *cuts, len(numbered)])):
        _given(sentry, numbered[start:stop])
        unseen += sentry.unseen
        if number in restarts:
            sentry = new()
    return unseen


def _given(sentry: Sentry, batch: Sequence[Any]) -> None:
    """Gives a batch again until it is taken."""
    while True:
        with suppress(FootfallError):
            sentry.take(batch)
            return


def kept(store: Any) -> Kept:
    """All that a store holds and that both planes must say alike: incidents, their alerts and moments, verdicts."""
    incidents = {incident.id: incident for incident in store.incidents()}
    return {
        "incidents": incidents,
        "alerts": {alert.id: alert for key in incidents for alert in store.alerts(key)},
        "moments": {key: [(moment.at, moment.what) for moment in store.timeline(key)] for key in incidents},
        "verdicts": {verdict.id: verdict for verdict in store.verdicts(standing=False)},
    }


def attacks(found: Kept) -> set[str]:
    """The rules whose incidents are no mere crowd."""
    return {each.rule for each in found["incidents"].values() if each.severity is not Severity.INFO}


def different(one: Kept, other: Kept) -> Mapping[str, Any]:
    """Where two records differ: kind and id, with both sides."""
    return {
        f"{kind} {key}": (one[kind].get(key), other[kind].get(key))
        for kind in one
        for key in {*one[kind], *other[kind]}
        if one[kind].get(key) != other[kind].get(key)
    }
