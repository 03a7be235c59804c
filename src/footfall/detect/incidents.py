"""Alerts of one rule and one kind of subject are one incident, and people are told of it once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from footfall.detect.alerts import Change, Manner, What
from footfall.detect.headlines import note
from footfall.detect.scores import HALF_LIFE, PAGES, Scores
from footfall.detect.streams import Key, Stream, begun, grow, key_of, key_of_alert, names, worse
from footfall.incident import Alert, Finding, Incident, Severity
from footfall.ports import Note

COOLDOWN = 1_800_000
"""For so long, in event time, a rule's next incident of the same kind of subject is told of only if it is worse."""


class Told(NamedTuple):
    """A moment in the life of an incident: opened, escalated, closed; withdrawn where only a warning had been given."""

    what: str
    at: int
    incident: str


@dataclass
class Outcome:
    """What some changes led to.

    Attributes:
        told: the moments, in order.
        incidents: every incident touched, as it is now, by id.
        of: the incident of each alert among the changes, by the alert's id.
        notes: what people are to be told.
    """

    told: list[Told] = field(default_factory=list)
    incidents: dict[str, Incident] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


@dataclass
class _State:
    """All that is remembered; as it stands in a snapshot."""

    streams: list[Stream]
    warned: list[Stream]
    last: list[tuple[Key, int, int]]
    scores: dict[str, tuple[int, int]]
    told: dict[str, int]
    swept: int


class Incidents:
    """The incidents that go on, by rule, version and kind of subject.

    Args:
        manners: of every rule, by its id.
    """

    def __init__(self, manners: Mapping[str, Manner]) -> None:
        self._manners = manners
        self._streams: dict[Key, Stream] = {}
        self._warned: dict[Key, Stream] = {}
        self._last: dict[Key, tuple[int, int]] = {}
        self._scores = Scores()
        self._swept = 0
        self._touched: dict[str, Stream] = {}

    def take(self, changes: Iterable[Change]) -> Outcome:
        """Folds what became of alerts, in the order ``Alerts`` gave it."""
        outcome = Outcome()
        self._touched = {}
        for change in changes:
            self._sweep(change.at)
            stream = self._fold(change, outcome)
            if stream and change.alert:
                outcome.of[change.alert.id] = stream.incident.id
                self._touched[stream.incident.id] = stream
        outcome.incidents |= {
            key: stream.written(self._manners[stream.incident.rule]) for key, stream in self._touched.items()
        }
        return outcome

    def going(self) -> list[Incident]:
        """The incidents that go on, oldest first."""
        streams = sorted(self._streams.values(), key=lambda stream: (stream.incident.opened, stream.incident.id))
        return [stream.written(self._manners[stream.incident.rule]) for stream in streams]

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        streams = [self._streams[key] for key in sorted(self._streams)]
        warned = [self._warned[key] for key in sorted(self._warned)]
        last = [(key, *self._last[key]) for key in sorted(self._last)]
        state = _State(streams, warned, last, *self._scores.snapshot(), self._swept)
        return msgspec.json.encode(state)

    def restore(self, snapshot: bytes) -> None:
        """Goes on where a snapshot was taken."""
        state = msgspec.json.decode(snapshot, type=_State)
        self._streams = {key_of(stream.incident): stream for stream in state.streams}
        self._warned = {key_of(stream.incident): stream for stream in state.warned}
        self._last = {key: (at, rank) for key, at, rank in state.last}
        self._scores.restore(state.scores, state.told)
        self._swept = state.swept

    def _sweep(self, at: int) -> None:
        """Forgets scores that have faded; when, follows from the changes alone."""
        if at >= self._swept + HALF_LIFE:
            self._scores.forget(at)
            self._swept = at

    def _fold(self, change: Change, outcome: Outcome) -> Stream | None:
        alert, finding = change.alert, change.finding
        if alert is None:
            if finding and (paging := self._pages(finding)):
                self._call(paging, finding.until, outcome)
            return None
        if change.what is What.WARNED:
            return self._warn(alert, outcome)
        if change.what is What.WITHDRAWN:
            return self._withdraw(alert, change.at, outcome)
        if change.what is What.ENDED:
            return self._end(alert, change.at, outcome)
        return self._found(alert, finding, outcome) if finding else None

    def _found(self, alert: Alert, finding: Finding, outcome: Outcome) -> Stream:
        key = key_of_alert(alert)
        stream = self._streams.get(key)
        fresh = stream is None
        if stream is None:
            stream = self._streams[key] = self._opened(key, alert, outcome)
        grow(stream, alert, finding)
        worsened = worse(stream, alert.severity)
        paging = self._pages(finding)
        paged = paging is stream and worse(stream, Severity.CRITICAL)
        if fresh:
            self._put_down(stream, "opened", finding.until, outcome)
        elif worsened or paged:
            self._escalate(stream, finding.until, outcome)
        if not stream.known:
            self._announce(stream, finding.until, outcome)
        if paging and paging is not stream:
            self._call(paging, finding.until, outcome)
        return stream

    def _call(self, stream: Stream, at: int, outcome: Outcome) -> None:
        """Calls people because of a score."""
        if worse(stream, Severity.CRITICAL):
            self._escalate(stream, at, outcome)
            if not stream.known:
                self._announce(stream, at, outcome)

    def _pages(self, finding: Finding) -> Stream | None:
        """Adds a finding to its subject's score; the incident that calls people because of it: the worst that names
        the subject, of those the oldest."""
        score = self._scores.add(finding)
        known = [stream for stream in self._streams.values() if finding.subject.name in stream.names]
        naming = [stream for stream in known if names(stream, finding.subject)]
        for stream in naming:
            stream.incident.score = max(stream.incident.score, score)
            self._touched[stream.incident.id] = stream
        if score < PAGES:
            return None
        return min(naming, key=lambda s: (-s.incident.severity.rank, s.incident.opened, s.incident.id), default=None)

    def _opened(self, key: Key, alert: Alert, outcome: Outcome) -> Stream:
        stream = begun(alert)
        warned = self._warned.pop(key, None)
        if warned:
            stream.known = warned.known
            if warned.incident.id != stream.incident.id:
                outcome.told.append(Told("withdrawn", alert.first, warned.incident.id))
        return stream

    def _warn(self, alert: Alert, outcome: Outcome) -> Stream:
        key = key_of_alert(alert)
        stream = self._streams.get(key) or self._warned.get(key)
        if stream is None:
            stream = self._warned[key] = begun(alert)
            stream.incident.evidence["provisional"] = True
            self._put_down(stream, "opened", alert.first, outcome)
            self._announce(stream, alert.first, outcome)
        if key in self._warned:
            stream.going[alert.id] = True
        return stream

    def _withdraw(self, alert: Alert, at: int, outcome: Outcome) -> Stream | None:
        stream = self._warned.get(key_of_alert(alert))
        if stream is None:
            return None
        stream.going.pop(alert.id, None)
        if not stream.going:
            del self._warned[key_of_alert(alert)]
            self._last.pop(key_of_alert(alert), None)
            self._close(stream, "withdrawn", at, outcome)
        return stream

    def _end(self, alert: Alert, at: int, outcome: Outcome) -> Stream | None:
        stream = self._streams.get(key_of_alert(alert))
        if stream is None:
            return None
        stream.going.pop(alert.id, None)
        if not stream.going:
            del self._streams[key_of_alert(alert)]
            self._close(stream, "closed", at, outcome)
        return stream

    def _put_down(self, stream: Stream, what: str, at: int, outcome: Outcome) -> Incident:
        """Puts a moment down, with the incident as it is then."""
        incident = stream.written(self._manners[stream.incident.rule])
        outcome.told.append(Told(what, at, incident.id))
        outcome.incidents[incident.id] = incident
        return incident

    def _announce(self, stream: Stream, at: int, outcome: Outcome) -> None:
        """Tells people of an incident they do not know, once it is bad enough and not what they heard just before."""
        key, rank = key_of(stream.incident), stream.incident.severity.rank
        if rank >= Severity.HIGH.rank and self._is_news(key, at, rank):
            outcome.notes.append(note(stream.written(self._manners[stream.incident.rule]), "opened", at))
            self._last[key] = (at, rank)
            stream.known = True

    def _escalate(self, stream: Stream, at: int, outcome: Outcome) -> None:
        incident = self._put_down(stream, "escalated", at, outcome)
        if stream.known:
            outcome.notes.append(note(incident, "escalated", at))
            self._last[key_of(incident)] = (at, incident.severity.rank)

    def _close(self, stream: Stream, what: str, at: int, outcome: Outcome) -> None:
        stream.incident.closed = at
        incident = self._put_down(stream, what, at, outcome)
        if stream.known:
            outcome.notes.append(note(incident, what, at))

    def _is_news(self, key: Key, at: int, rank: int) -> bool:
        last, worst = self._last.get(key, (at - COOLDOWN, 0))
        return at - last >= COOLDOWN or rank > worst
