"""What the guard says: findings, alerts, incidents and verdicts, as every plane keeps and sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec


class Severity(StrEnum):
    """How bad it is: only high and critical call people at once."""

    INFO = "info"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info up to 3 for critical."""
        return _RANKS[self]

    @property
    def score(self) -> int:
        """What one finding of this severity adds to its subject's score."""
        return (0, 25, 60, 100)[self.rank]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Subject(msgspec.Struct, frozen=True, order=True):
    """Who or what a statement is about: its kind (ip, network, session, visitor, actor, agent, product, campaign, site)
    and its name; a key of several columns is joined by a space."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One subject over the bound of one watch in one closed window (or, when ``early``, in a window still open).

    Attributes:
        rule: the rule's id.
        version: the rule's version.
        watch: which of the rule's watches.
        subject: who or what.
        since: start of the window, UTC ms, inclusive.
        until: end of the window, UTC ms, exclusive.
        severity: the watch's.
        confidence: percent.
        counts: the numbers the watch put out, by name; integers.
        members: sources to which the finding is attributed, where the subject is wider than they (a site, an agent).
        scored_only: adds to its subject's score and opens nothing.
        early: said before the window closed.
    """

    rule: str
    version: int
    watch: str
    subject: Subject
    since: int
    until: int
    severity: Severity
    confidence: int
    counts: Mapping[str, int]
    members: tuple[Subject, ...] = ()
    scored_only: bool = False
    early: bool = False


class Alert(msgspec.Struct):
    """Findings of one rule about one subject in a row.

    Attributes:
        id: see :func:`alert_id`.
        first: end of the first window found, UTC ms.
        last: end of the last window found.
        first_event: the subject's first event in the first window, UTC ms.
        last_event: its last event in the last window.
        counts: the highest of each number so far.
        evidence: sample events, top paths, products, agents, addresses, thresholds, the usual: JSON.
        provisional: no window of it has closed yet.
        ended: when its quiet period ran out; None while it goes on.
    """

    id: str
    rule: str
    version: int
    subject: Subject
    severity: Severity
    confidence: int
    first: int
    last: int
    first_event: int
    last_event: int
    counts: dict[str, int]
    evidence: dict[str, Any] = {}
    members: tuple[Subject, ...] = ()
    provisional: bool = False
    ended: int | None = None


@dataclass(slots=True)
class Incident:
    """The alerts of one rule and one kind of subject, from the first until all have ended.

    Attributes:
        id: see :func:`incident_id`.
        opened: end of the first window found, UTC ms of event time.
        updated: end of the latest.
        closed: None while any alert goes on.
        severity: the worst of its alerts, or critical where the score asked for it.
        score: the highest score of any of its subjects.
        alerts: ids, oldest first.
        subjects: how many subjects.
        headline: one sentence for people.
        acknowledged: who, when, note; empty while nobody did.
        muted_until: no notification before; UTC ms.
        resolved: a person closed it: who, when, note.
    """

    id: str
    rule: str
    version: int
    subject_kind: str
    opened: int
    updated: int
    closed: int | None
    severity: Severity
    score: int
    alerts: list[str]
    subjects: int
    headline: str
    evidence: dict[str, Any] = field(default_factory=dict)
    acknowledged: dict[str, Any] = field(default_factory=dict)
    muted_until: int | None = None
    resolved: dict[str, Any] = field(default_factory=dict)


class Verdict(msgspec.Struct, frozen=True):
    """A subject judged to be no customer for a while; batch joins it by subject and time.

    Attributes:
        id: see :func:`verdict_id`.
        subject: ip, visitor, session, actor or agent.
        valid_from: the subject's first event in the incident, UTC ms.
        valid_to: its last, UTC ms; grows while the incident goes on.
        incident: id of the incident.
        rule: the rule that carried it.
        version: the rule's version.
        klass: GIVT or SIVT.
        threat: OWASP Automated Threat code: OAT-011.
        confidence: percent, raised where rules agree.
        evidence: JSON.
        withdrawn: when it was taken back, UTC ms.
    """

    id: str
    subject: Subject
    valid_from: int
    valid_to: int
    incident: str
    rule: str
    version: int
    klass: str
    threat: str
    confidence: int
    evidence: dict[str, Any] = {}
    withdrawn: int | None = None


def alert_id(rule: str, version: int, subject: Subject, first: int) -> str:
    """The alert's id: the same for the same rule, version, subject and first window, whoever works it out."""
    return _digest("alert", rule, version, subject.kind, subject.name, first)


def incident_id(rule: str, version: int, kind: str, opened: int) -> str:
    """The incident's id: by rule, version, kind of subject and first window."""
    return _digest("incident", rule, version, kind, opened)


def verdict_id(alert: str, subject: Subject) -> str:
    """The verdict's id: one for each alert and subject."""
    return _digest("verdict", alert, subject.kind, subject.name)


def _digest(*parts: object) -> str:
    return sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]
