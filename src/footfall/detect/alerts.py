"""Findings in a row become alerts: opened by the first, kept alive by the next, ended by the rule's quiet period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappop, heappush
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from footfall.incident import Alert, Finding, Subject, alert_id


class Manner(NamedTuple):
    """What of a rule's header the fate of its findings depends on.

    Attributes:
        title: one short sentence for people.
        quiet: ms without a finding after which its alerts end.
        klass: GIVT or SIVT.
        threat: OWASP and ATT&CK codes: ``OAT-015, T1498``.
    """

    title: str
    quiet: int
    klass: str
    threat: str


class Sighting(NamedTuple):
    """What the events of a finding's window show: the subject's first and last, and the evidence as JSON."""

    first_event: int
    last_event: int
    evidence: dict[str, Any]


Look = Callable[[Finding], Sighting]
"""Asked when an alert opens and when it gets worse, never for every finding."""


class What(StrEnum):
    """What became of an alert."""

    WARNED = "warned"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    UPDATED = "updated"
    ENDED = "ended"
    SCORED = "scored"


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the life of an alert.

    ``warned`` and ``withdrawn`` speak of provisional alerts and are no part of the record; ``scored`` is a finding that
    opens nothing and has no alert.

    Attributes:
        what: the step.
        at: when, event time in ms.
        alert: the alert as it is after the step.
        finding: what caused the step; None where time did.
    """

    what: What
    at: int
    alert: Alert | None = None
    finding: Finding | None = None


@dataclass
class _State:
    """All that is remembered; as it stands in a snapshot."""

    going: list[Alert] = field(default_factory=list)
    provisional: list[tuple[Alert, int]] = field(default_factory=list)


Key = tuple[str, int, str, str]


class Alerts:
    """The alerts that go on, by rule, version and subject.

    The record, made of closed windows, is the same whatever was warned of early, and however the findings were cut into
    batches.

    Args:
        manners: of every rule, by its id.
    """

    def __init__(self, manners: Mapping[str, Manner]) -> None:
        self._manners = manners
        self._going: dict[Key, Alert] = {}
        self._provisional: dict[Key, tuple[Alert, int]] = {}
        self._due: list[tuple[int, Key]] = []
        self._members: dict[str, set[Subject]] = {}

    def take(self, findings: Iterable[Finding], upto: int, look: Look | None = None) -> list[Change]:
        """Folds findings of closed windows.

        Args:
            findings: in order of ``until``; those of one ``until`` come in one call.
            upto: every finding with ``until`` <= upto has been given; time goes on to there.
            look: gives the evidence.
        """
        changes: list[Change] = []
        passed = -1
        for finding in findings:
            if finding.until > passed:
                changes += self._passed(finding.until - 1)
                passed = finding.until
            if finding.scored_only:
                changes.append(Change(What.SCORED, finding.until, None, finding))
            else:
                changes += self._fold(finding, look)
        return changes + self._passed(upto)

    def warn(self, findings: Iterable[Finding], look: Look | None = None) -> list[Change]:
        """Folds early findings: a provisional alert for each subject without one that goes on."""
        changes = []
        for finding in sorted(findings, key=attrgetter("until")):
            key = _key(finding)
            if not finding.scored_only and key not in self._going and key not in self._provisional:
                alert = _begun(finding, look, provisional=True)
                gone = finding.until + self._manners[finding.rule].quiet
                self._provisional[key] = (alert, gone)
                changes.append(Change(What.WARNED, finding.until, copy(alert), finding))
        return changes

    def going(self) -> list[Alert]:
        """The alerts that go on, oldest first."""
        return sorted(self._going.values(), key=lambda alert: (alert.first, alert.id))

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        going = [self._going[key] for key in sorted(self._going)]
        provisional = [self._provisional[key] for key in sorted(self._provisional)]
        return msgspec.json.encode(_State(going, provisional))

    def restore(self, snapshot: bytes) -> None:
        """Goes on where a snapshot was taken."""
        state = msgspec.json.decode(snapshot, type=_State)
        self._going = {_key(alert): alert for alert in state.going}
        self._provisional = {_key(alert): (alert, gone) for alert, gone in state.provisional}
        self._members = {}
        self._due = sorted((self._end_of(alert), key) for key, alert in self._going.items())

    def _fold(self, finding: Finding, look: Look | None) -> list[Change]:
        key = _key(finding)
        alert = self._going.get(key)
        if alert is not None:
            _grow(alert, finding, look)
            self._join(alert, finding.members)
            return [Change(What.UPDATED, finding.until, _copy(alert), finding)]
        alert = self._going[key] = _begun(finding, look)
        heappush(self._due, (self._end_of(alert), key))
        warned, _ = self._provisional.pop(key, (alert, 0))
        opened = Change(What.OPENED, finding.until, _copy(alert), finding)
        return [opened] if warned.id == alert.id else [opened, Change(What.WITHDRAWN, finding.until, warned)]

    def _join(self, alert: Alert, members: Sequence[Subject]) -> None:
        """Takes more members into an alert that may have thousands, in order of their joining; only new ones cost."""
        known = self._members.get(alert.id)
        if known is None:
            known = self._members[alert.id] = set(alert.members)
        fresh = set(members) - known
        if fresh:
            known |= fresh
            alert.members += tuple(sorted(fresh))

    def _passed(self, upto: int) -> list[Change]:
        """What time alone does until then."""
        return self._unconfirmed(upto) + self._ended(upto)

    def _ended(self, upto: int) -> list[Change]:
        """Ends what has been quiet for long enough by then, in order of time."""
        changes = []
        while self._due and self._due[0][0] <= upto:
            _, key = heappop(self._due)
            alert = self._going[key]
            end = self._end_of(alert)
            if end <= upto:
                alert.ended = end
                self._members.pop(alert.id, None)
                changes.append(Change(What.ENDED, end, self._going.pop(key)))
            else:
                heappush(self._due, (end, key))
        return sorted(changes, key=lambda change: (change.at, change.alert.id if change.alert else ""))

    def _unconfirmed(self, upto: int) -> list[Change]:
        """Takes back warnings that no closed window confirmed in time."""
        gone = sorted((until, key) for key, (_, until) in self._provisional.items() if until <= upto)
        return [Change(What.WITHDRAWN, until, self._provisional.pop(key)[0]) for until, key in gone]

    def _end_of(self, alert: Alert) -> int:
        return alert.last + self._manners[alert.rule].quiet


def _key(said: Finding | Alert) -> Key:
    return said.rule, said.version, said.subject.kind, said.subject.name


def _begun(finding: Finding, look: Look | None, provisional: bool = False) -> Alert:
    seen = look(finding) if look else Sighting(finding.since, finding.until - 1, {})
    return Alert(
        id=alert_id(finding.rule, finding.version, finding.subject, finding.until),
        rule=finding.rule,
        version=finding.version,
        subject=finding.subject,
        severity=finding.severity,
        confidence=finding.confidence,
        first=finding.until,
        last=finding.until,
        first_event=seen.first_event,
        last_event=seen.last_event,
        counts=dict(finding.counts),
        evidence=_evidence(finding, seen.evidence),
        members=tuple(sorted(set(finding.members))),
        provisional=provisional,
    )


def _grow(alert: Alert, finding: Finding, look: Look | None) -> None:
    """Takes one more finding into an alert; a worse one brings its evidence."""
    if finding.until - finding.since > alert.evidence["window"]:
        alert.first_event = min(alert.first_event, finding.since)
    if finding.severity.rank > alert.severity.rank:
        seen = look(finding) if look else None
        alert.evidence = _evidence(finding, seen.evidence if seen else {})
        alert.severity = finding.severity
    for name, value in finding.counts.items():
        if value > alert.counts.setdefault(name, value):
            alert.counts[name] = value
    alert.confidence = max(alert.confidence, finding.confidence)
    alert.last = max(alert.last, finding.until)
    alert.last_event = max(alert.last_event, finding.until - 1)


def _evidence(finding: Finding, seen: Mapping[str, Any]) -> dict[str, Any]:
    return {"watch": finding.watch, "window": finding.until - finding.since, **seen}


def _copy(alert: Alert) -> Alert:
    copied = copy(alert)
    copied.counts, copied.evidence = dict(alert.counts), dict(alert.evidence)
    return copied
