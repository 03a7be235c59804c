"""An incident that goes on: its alerts and subjects, and the worst of them for the headline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Any

from footfall.detect.alerts import Manner
from footfall.detect.headlines import headline, leading
from footfall.detect.scores import source
from footfall.incident import Alert, Finding, Incident, Severity, Subject, incident_id

Key = tuple[str, int, str]
TOP = 10
"""Subjects named in an incident's evidence."""


@dataclass
class Stream:
    """An incident that goes on.

    Attributes:
        incident: as it is; its headline and evidence are written when somebody looks.
        going: ids of its alerts that go on, in the order of a dict.
        names: its subjects, each with its highest leading count.
        worst: the finding's counts behind the headline, its subject and window.
        known: people know of it.
    """

    incident: Incident
    going: dict[str, bool]
    names: dict[str, int]
    worst: tuple[int, str, dict[str, int], int]
    known: bool = False

    def written(self, manner: Manner) -> Incident:
        """The incident with its headline and evidence as they are now; a copy."""
        _, name, counts, window = self.worst
        evidence: dict[str, Any] = {
            **self.incident.evidence,
            "title": manner.title,
            "threat": manner.threat,
            "class": manner.klass,
            "counts": dict(counts),
            "window": window,
            "top": [list(item) for item in nsmallest(TOP, self.names.items(), key=lambda item: (-item[1], item[0]))],
        }
        return replace(
            self.incident,
            alerts=list(self.incident.alerts),
            subjects=len(self.names),
            headline=headline(self.incident.subject_kind, name, counts, window, len(self.names)),
            evidence=evidence,
        )


def key_of_alert(alert: Alert) -> Key:
    """The stream that an alert belongs to."""
    return alert.rule, alert.version, alert.subject.kind


def key_of(incident: Incident) -> Key:
    """The stream that an incident is."""
    return incident.rule, incident.version, incident.subject_kind


def begun(alert: Alert) -> Stream:
    """An incident that an alert opens."""
    incident = Incident(
        id=incident_id(alert.rule, alert.version, alert.subject.kind, alert.first),
        rule=alert.rule,
        version=alert.version,
        subject_kind=alert.subject.kind,
        opened=alert.first,
        updated=alert.last,
        closed=None,
        severity=alert.severity,
        score=0,
        alerts=[],
        subjects=1,
        headline="",
    )
    value = leading(alert.counts)[1]
    worst = (value, alert.subject.name, dict(alert.counts), int(alert.evidence["window"]))
    return Stream(incident, {}, {alert.subject.name: value}, worst)


def grow(stream: Stream, alert: Alert, finding: Finding) -> None:
    """Takes a finding and its alert into an incident."""
    incident, name, value = stream.incident, finding.subject.name, leading(finding.counts)[1]
    if alert.id not in stream.going:
        stream.going[alert.id] = True
        incident.alerts.append(alert.id)
    incident.updated = max(incident.updated, finding.until)
    stream.names[name] = max(stream.names.get(name, value), value)
    if alert.members:
        incident.evidence["members"] = max(incident.evidence.get("members", 0), len(alert.members))
    if value > stream.worst[0]:
        stream.worst = (value, name, dict(finding.counts), finding.until - finding.since)


def worse(stream: Stream, severity: Severity) -> bool:
    """Raises an incident's severity; whether that made it worse."""
    worse = severity.rank > stream.incident.severity.rank
    if worse:
        stream.incident.severity = severity
    return worse


def names(stream: Stream, subject: Subject) -> bool:
    """Whether an incident is about a subject, or about the same source under another name."""
    kind = stream.incident.subject_kind
    return subject.name in stream.names and source(Subject(kind, subject.name)) == source(subject)
