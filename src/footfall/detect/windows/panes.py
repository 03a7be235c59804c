"""The fast engine: running totals find suspects, who are looked at exactly; the rule's own text has the last word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import gcd

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.relation import COLUMNS, SCHEMA
from footfall.detect.windows.chain import Chain
from footfall.detect.windows.exact import looked_at, told
from footfall.detect.windows.found import Found, in_order
from footfall.detect.windows.gather import Pairs, Shown
from footfall.detect.windows.paned import PaneCounts, fits
from footfall.detect.windows.plan import Plan, planned
from footfall.detect.windows.scalars import Scalars
from footfall.detect.windows.state import State, decoded, packed, read, unpacked, written
from footfall.detect.windows.store import SAME, Array, Store
from footfall.detect.windows.tally import Suspects, Tally
from footfall.rules import Watch

_ROOM = 1 << 16


class Panes:
    """An engine whose work does not grow with the number of watches' windows: each event is added once, and taken
    away once."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        scalars = Scalars()
        self._plans = [planned(place, watch, scalars) for place, watch in enumerate(watches)]
        self._partial: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for plan in self._plans:
            if len(plan.watch.key) > 1:
                self._partial[plan.watch.key].add(plan.trigger)
        told_apart = {name for plan in self._plans for name in (*plan.watch.key, *plan.names)}
        self._store = Store(
            scalars, self._partial, told_apart | {each.column for plan in self._plans for each in plan.distincts}
        )
        self._chains = {
            (name, plan.chain): Chain(name, plan.chain)
            for plan in self._plans
            if plan.chain >= 0
            for name in [_name(plan)]
        }
        self._counts = {plan.place: PaneCounts(plan, plan.inner) for plan in self._plans if plan.inner and fits(plan)}
        self._tallies = [self._tally(plans) for plans in _grouped(self._plans)]
        self._hop = gcd(*(watch.hop for watch in watches)) or 1
        self._longest = max((watch.size for watch in watches), default=0)
        self._watermark = -1
        self._limits: dict[str, int] = {}
        self._seen: dict[str, list[Shown]] = defaultdict(list)
        self._connection = duckdb.connect(":memory:", config={"threads": 1})

    def feed(self, events: pa.Table, watermark: int) -> list[Found]:
        """See :class:`footfall.detect.windows.Windows`."""
        self._seen.clear()
        self._forget()
        if self._watermark >= 0 and len(events):
            events = events.filter(pc.greater(events["event_time"], self._watermark))
        self._store.add(events)
        self._watermark = max(self._watermark, watermark)
        until = (self._watermark + 1) // self._hop * self._hop
        if self._store.until is None or until > self._store.until:
            self._close(until)
        return self._found(self._suspects(until))

    def early(self, ahead: int = 0) -> list[Found]:
        """See :class:`footfall.detect.windows.Windows`."""
        self._seen.clear()
        return self._found(self._warned(ahead), pending=True)

    def flush(self) -> list[Found]:
        """See :class:`footfall.detect.windows.Windows`."""
        times = [values for values in (self._store.times[-1:], self._store.pending()["event_time"]) if len(values)]
        if not times:
            return []
        return self.feed(SCHEMA.empty_table(), max(int(values.max()) for values in times) + self._longest)

    def steps(self, watch: Watch, key: tuple[str, ...], window_end: int, *columns: str) -> pa.Table:
        """See :class:`footfall.detect.windows.Windows`."""
        columns = columns or COLUMNS
        number = self._number(key, watch.key)
        for shown in self._seen[watch.id]:
            table = shown.table(number, window_end, columns)
            if table is not None:
                return table
        return SCHEMA.empty_table().select(columns)

    def snapshot(self) -> bytes:
        """See :class:`footfall.detect.windows.Windows`."""
        closed, pending = self._store.contents()
        arrays = {f"closed {name}": packed(values) for name, values in closed.items()}
        arrays |= {f"pending {name}": packed(values) for name, values in pending.items()}
        arrays |= {f"key {','.join(key)}": packed(pairs.codes.ravel()) for key, pairs in self._store.pairs.items()}
        state = State(
            watches=self._watches(),
            watermark=self._watermark,
            until=self._store.until,
            base=self._store.base,
            done=[tally.done for tally in self._tallies],
            limits=self._limits,
            arrays=arrays,
            texts={name: written(names.values()) for name, names in self._store.names.items() if name not in SAME},
        )
        return msgspec.msgpack.encode(state)

    def restore(self, state: bytes) -> None:
        """See :class:`footfall.detect.windows.Windows`.

        Raises:
            StateError: the snapshot is of other watches.
        """
        kept = decoded(state, self._watches())
        arrays: dict[str, dict[str, Array]] = {"closed": {}, "pending": {}, "key": {}}
        for name, part in kept.arrays.items():
            kind, _, column = name.partition(" ")
            arrays[kind][column] = unpacked(part)
        for name, data in kept.texts.items():
            self._store.names[name].restore(read(data))
        for key, pairs in self._store.pairs.items():
            pairs.restore(arrays["key"][",".join(key)].reshape(-1, len(key)))
        self._store.refill(arrays["closed"], arrays["pending"], kept.base, kept.until)
        self._watermark, self._limits = kept.watermark, kept.limits
        self._seen.clear()
        for counts in self._counts.values():
            counts.forget()
        for chain in self._chains.values():
            chain.rebuild(self._store)
        for tally, done in zip(self._tallies, kept.done, strict=True):
            tally.rebuild(self._store, self._store.ids_of(tally.key), done)

    def _watches(self) -> list[str]:
        return [
            f"{plan.watch.id} {plan.watch.size} {plan.watch.hop} {plan.watch.text} {plan.watch.gate}"
            for plan in self._plans
        ]

    def _tally(self, plans: list[Plan]) -> Tally:
        chain = next((self._chains[_name(plan), plan.chain] for plan in plans if plan.chain >= 0), None)
        return Tally(_name(plans[0]), plans, chain, self._partial.get(plans[0].watch.key))

    def _close(self, until: int) -> None:
        first = len(self._store)
        if self._store.close(until):
            for chain in self._chains.values():
                chain.link(self._store, first)

    def _suspects(self, until: int) -> Iterator[tuple[Tally, Suspects]]:
        for tally in self._tallies:
            for suspects in tally.advance(self._store, self._store.ids_of(tally.key), until):
                yield tally, suspects

    def _warned(self, ahead: int) -> Iterator[tuple[Tally, Suspects]]:
        for tally in self._tallies:
            if self._watermark >= 0 and any(plan.watch.early for plan in tally.plans):
                closed = (self._watermark + 1) // tally.hop * tally.hop
                end = ((self._watermark + 1 + ahead) // tally.hop + 1) * tally.hop
                for suspects in tally.open(self._store, closed, end):
                    yield tally, suspects

    def _found(self, suspects: Iterator[tuple[Tally, Suspects]], pending: bool = False) -> list[Found]:
        tables: dict[int, list[pa.Table]] = defaultdict(list)
        open_: dict[int, list[tuple[str, Pairs]]] = defaultdict(list)
        for tally, each in suspects:
            looked = looked_at(self._store, tally.key, each, pending, self._counts.get(each.plan.place))
            if looked.table is not None:
                tables[each.plan.place].append(looked.table)
                self._seen[each.plan.watch.id].append(Shown(self._store, tally.key, looked.pairs, pending))
            elif len(looked.pairs.keys):
                open_[each.plan.place].append((tally.key, looked.pairs))
        for place, parts in open_.items():
            table, found = told(self._connection, self._store, self._plans[place], [part for _, part in parts])
            tables[place].append(table)
            for (key, part), chosen in zip(parts, found, strict=True):
                if len(chosen):
                    self._seen[self._plans[place].watch.id].append(Shown(self._store, key, part.only(chosen), pending))
        return in_order(
            (place, self._plans[place].watch, table) for place, parts in sorted(tables.items()) for table in parts
        )

    def _forget(self) -> None:
        if self._store.until is None:
            return
        done = [self._store.until, *(tally.done for tally in self._tallies if tally.done is not None)]
        gone = self._store.evict(min(done) - self._longest)
        for chain in self._chains.values():
            chain.drop(gone)
        sizes = {name: len(names) for name, names in self._store.names.items()}
        sizes |= {",".join(key): len(pairs) for key, pairs in self._store.pairs.items()}
        if any(size > self._limits.get(name, _ROOM) for name, size in sizes.items()):
            self._compact()

    def _compact(self) -> None:
        """Gives small ids again to the keys that still have events."""
        for counts in self._counts.values():
            counts.forget()
        for name, live in self._store.compact().items():
            self._limits[name] = 2 * int(live.sum()) + _ROOM
            for chain in self._chains.values():
                if chain.key == name:
                    chain.keep(live)
            for tally in self._tallies:
                if tally.key == name:
                    tally.keep(live)

    def _number(self, key: tuple[str, ...], names: tuple[str, ...]) -> int:
        ids = self._store.ids(names, key)
        return ids[0] if len(ids) == 1 else self._store.pairs[names].find(ids)


def _name(plan: Plan) -> str:
    return ",".join(plan.watch.key)


def _grouped(plans: Sequence[Plan]) -> list[list[Plan]]:
    groups: dict[tuple[object, ...], list[Plan]] = defaultdict(list)
    for plan in plans:
        groups[plan.watch.key, plan.watch.size, plan.watch.hop, plan.chain if plan.chain > 0 else 0].append(plan)
    return list(groups.values())
