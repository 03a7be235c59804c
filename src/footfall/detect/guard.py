"""The guard: events in, in order of arrival; alerts, incidents and verdicts out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial

import msgspec
import pyarrow as pa

from footfall.detect.alerts import Manner, Sighting
from footfall.detect.arrivals import ALLOWED, Arrivals
from footfall.detect.attribution import NEEDED, attributed
from footfall.detect.copies import Copies
from footfall.detect.desk import Desk
from footfall.detect.evidence import READ, sighting
from footfall.detect.history import History
from footfall.detect.neighbours import Neighbours
from footfall.detect.pulse import Pulse
from footfall.detect.recent import Recent
from footfall.detect.relation import SCHEMA, Events, relation
from footfall.detect.surge import HIDDEN, Surge
from footfall.detect.verdicts import CROWD
from footfall.detect.visits import DAY, PACED, Purchases, at_human_pace
from footfall.detect.windows import Found, Windows
from footfall.incident import Finding, Severity, Subject
from footfall.ports import GuardChanges
from footfall.rules import Feed, Header, Rule, Watch

BREWING = 250
"""Milliseconds between two early looks at the whole store."""
MEMBERS = frozenset({"product", "agent", "campaign", "site"})
"""Kinds of subject that have a usual, which an attack must not become."""


@dataclass(slots=True)
class _Due:
    """What closed at one moment: rows of the feeds, findings of the watches."""

    panes: list[tuple[str, pa.Table]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


_Place = tuple[str, str, Subject, int]
"""A finding: rule, watch, subject, end of its window."""


class Guard:
    """Everything that watches the store's events.

    The record depends on the events alone: not on how they were cut into batches, nor on how they were mixed within
    the allowed lateness, nor on restarts.

    Args:
        rules: by id, ``surge`` among them.
        feeds: by id.
        allowed: milliseconds an event may be late.
        windows: the engine of the watches.
        recent: the events of the last minutes, where they are kept elsewhere.
        purchases: those of the last day, likewise.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        feeds: Mapping[str, Feed],
        windows: Windows,
        allowed: int = ALLOWED,
        recent: Recent | None = None,
        purchases: Purchases | None = None,
    ) -> None:
        self._sizes = {feed.id: feed.size for feed in feeds.values()}
        self._desk = Desk({rule.id: manner(rule.header) for rule in rules.values()})
        self._windows, self._pulse, self._arrivals = windows, Pulse(feeds), Arrivals(allowed)
        self._history, self._surge, self._copies = History(), Surge(), Copies(allowed)
        self._recent, self._purchases = recent or Recent(), purchases or Purchases()
        self._neighbours = Neighbours(self._recent.between)
        self._brewed = -1
        self._rows: dict[_Place, Callable[..., pa.Table]] = {}

    @property
    def late(self) -> int:
        """Events that came too late to be watched."""
        return self._arrivals.late

    @property
    def copies(self) -> int:
        """Events that came again and were not watched a second time."""
        return self._copies.dropped

    @property
    def seen(self) -> int:
        """Events watched."""
        return self._arrivals.seen

    @property
    def watermark(self) -> int:
        """No event at or before it will be watched any more, UTC ms."""
        return self._arrivals.watermark

    def feed(self, events: pa.Table) -> GuardChanges:
        """Takes events in order of arrival; what the windows say that closed.

        Args:
            events: any of the columns of :func:`footfall.event.arrow_schema`.
        """
        on_time = self._arrivals.take(relation(self._copies.without(events)))
        self._purchases.add(on_time)
        self._recent.add(on_time)
        return self._advance(on_time)

    def idle(self, now: int) -> GuardChanges:
        """Closes windows although nothing arrives; ``now`` is the time, UTC ms."""
        self._arrivals.idle(now)
        return self._advance(SCHEMA.empty_table())

    def flush(self) -> GuardChanges:
        """Closes every window that holds an event: the end of the input."""
        found, panes = self._windows.flush(), self._pulse.flush()
        return self.judge(found, panes, self._arrivals.flush())

    def warn(self) -> GuardChanges:
        """What the watches that may warn early say of windows still open."""
        self._rows.clear()
        early = self._windows.early(self._arrivals.ahead)
        findings = [finding for found in early for finding in self._confirmed(found, early=True)]
        return self._desk.warn([*findings, *self._brewing()], self._look)

    def recent(self, since: int, until: int, *columns: str) -> pa.Table:
        """Rows of the relation in the last two minutes, ``since`` <= time < ``until``, UTC ms: some columns, or all."""
        return self._recent.between(since, until, *columns).unify_dictionaries()

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        parts = (self._windows, self._pulse, self._arrivals, self._history, self._desk, self._purchases, self._recent)
        states = [part.snapshot() for part in (*parts, self._surge, self._copies)]
        return msgspec.msgpack.encode(states)

    def restore(self, snapshot: bytes) -> None:
        """Goes on where a snapshot of the same rules was taken."""
        windows, pulse, arrivals, history, desk, purchases, recent, surge, copies = msgspec.msgpack.decode(snapshot)
        self._windows.restore(windows)
        self._pulse.restore(pulse)
        self._arrivals.restore(arrivals)
        self._history = History.restore(history)
        self._desk.restore(desk)
        self._purchases.restore(purchases)
        self._recent.restore(recent)
        self._neighbours = Neighbours(self._recent.between)
        self._surge = Surge.restore(surge)
        self._copies.restore(copies)

    def _advance(self, on_time: pa.Table) -> GuardChanges:
        watermark = self._arrivals.watermark
        found, panes = self._windows.feed(on_time, watermark), self._pulse.feed(on_time, watermark)
        return self.judge(found, panes, watermark + 1)

    def judge(self, found: Iterable[Found], panes: Iterable[tuple[str, int, pa.Table]], closed: int) -> GuardChanges:
        """Judges what closed, in order of time: first what was usual, then the surge, then the watches.

        Args:
            found: what the windows of the watches hold, whoever keeps them.
            panes: the rows of the feeds: the feed, the end of its window, the rows.
            closed: nothing that ends at or before it will follow, UTC ms.
        """
        self._rows.clear()
        findings: list[Finding] = []
        for end, due in _by_end(found, panes):
            self._history.advance(end)
            fresh = [finding for name, rows in due.panes for finding in self._learnt(name, end, rows)]
            fresh += [finding for each in due.found for finding in self._confirmed(each)]
            self._spoil(fresh)
            findings += fresh
        self._purchases.forget(closed)
        changes = self._desk.take(findings, closed, self._look, self._purchases.count, self._people, self._alone)
        self._recent.forget(closed)
        return changes

    def _learnt(self, feed: str, end: int, table: pa.Table) -> list[Finding]:
        """Hands a feed's rows to the history, and those of the traffic to the surge."""
        rows = table.to_pylist()
        self._history.add(feed, end, self._sizes[feed], rows)
        if feed != "traffic":
            return []
        return [self._attributed(finding) for finding in self._surge.feed(end, rows, self._history)]

    def _brewing(self) -> list[Finding]:
        """An attack on the whole store of which the panes still open speak; looked for every ``BREWING``."""
        if self._arrivals.watermark < self._brewed + BREWING:
            return []
        self._brewed = self._arrivals.watermark
        surge, found = deepcopy(self._surge), list[Finding]()
        for _, end, rows in self._pulse.open("traffic", min(HIDDEN.values())):
            found = surge.feed(end, rows.to_pylist(), self._history)
        return [replace(self._attributed(each), early=True) for each in found if each.severity is not Severity.INFO]

    def _attributed(self, finding: Finding) -> Finding:
        """A surge with the actors that make it up, where it is an attack."""
        events = Events(partial(self.recent, finding.since, finding.until))
        attack = finding.severity is not Severity.INFO
        kept = attributed(finding, events.table(*NEEDED), self._history) if attack else finding
        self._rows[_place(kept)] = events.table
        return kept

    def _confirmed(self, found: Found, early: bool = False) -> Iterator[Finding]:
        """The findings of a watch in one window that its second look lets stand."""
        watch, end = found.watch, found.window_end
        for key, counts in found.rows():
            finding = finding_of(watch, key, end, counts, early)

            events = Events(partial(self._windows.steps, watch, key, end))
            kept = watch.confirm(finding, events, self._history) if watch.confirm else finding
            if kept:
                self._rows[_place(kept)] = events.table
                yield kept

    def _spoil(self, findings: Iterable[Finding]) -> None:
        """Keeps what was found out of what is usual: a subject of its own, or the whole site where it is critical."""
        for finding in findings:
            if finding.subject.kind in MEMBERS and finding.severity is not Severity.INFO and not finding.scored_only:
                self._history.spoil(finding.since, finding.until, finding.subject.kind, finding.subject.name)
            elif finding.severity is Severity.CRITICAL:
                self._history.spoil(finding.since, finding.until)

    def _look(self, finding: Finding) -> Sighting:
        rows = self._rows.get(_place(finding))
        return sighting(rows(*READ) if rows else SCHEMA.empty_table(), finding.since, finding.until)

    def _people(self, subject: Subject, _since: int, until: int) -> int:
        """Visits at human pace from an address, in the windows just judged."""
        places = [place for place in self._rows if place[2] == subject and place[3] <= until + 1]
        return max((at_human_pace(self._rows[place](*PACED)) for place in places[-1:]), default=0)

    def _alone(self, subject: Subject, until: int) -> list[str]:
        """From which addresses a subject came in the last minutes that neither a crowd nor a buyer came from."""
        found = self._neighbours.alone(subject, until, CROWD)
        return [ip for ip in found if not self._purchases.count(Subject("ip", ip), until - DAY, until)]


def manner(header: Header) -> Manner:
    """What of a rule's header the fate of its findings depends on."""
    return Manner(header.title, header.quiet, header.klass, header.threat)


def _by_end(found: Iterable[Found], panes: Iterable[tuple[str, int, pa.Table]]) -> list[tuple[int, _Due]]:
    due: dict[int, _Due] = defaultdict(_Due)
    for feed, end, rows in panes:
        due[end].panes.append((feed, rows))
    for each in found:
        due[each.window_end].found.append(each)
    return sorted(due.items(), key=lambda item: item[0])


def finding_of(watch: Watch, key: tuple[str, ...], end: int, counts: Mapping[str, int], early: bool = False) -> Finding:
    """One row that a watch put out for the window that ends at ``end``, UTC ms; the key begins with the subject."""
    return Finding(
        rule=watch.rule.id,
        version=watch.rule.version,
        watch=watch.name,
        subject=Subject(watch.subject, key[0]),
        since=end - watch.size,
        until=end,
        severity=watch.severity,
        confidence=watch.confidence,
        counts=counts,
        scored_only=not watch.alert,
        early=early,
    )


def _place(finding: Finding) -> _Place:
    return finding.rule, finding.watch, finding.subject, finding.until
