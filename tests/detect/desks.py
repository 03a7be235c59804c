"""Findings for tests, and all that a desk makes of them, however they are handed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import msgspec
from hypothesis import strategies as st

from footfall.detect.alerts import Manner
from footfall.detect.desk import Desk
from footfall.incident import Alert, Finding, Incident, Severity, Subject, Verdict
from footfall.ports import GuardChanges, Note

MINUTE = 60_000
MANNERS = {
    "flood": Manner("One address floods the store", 10 * MINUTE, "SIVT", "OAT-015, T1498"),
    "speed": Manner("A session is too quick", 5 * MINUTE, "SIVT", "OAT-011"),
    "metronome": Manner("A session ticks like a clock", 2 * MINUTE, "SIVT", "OAT-011"),
    "surge": Manner("The store is flooded", 3 * MINUTE, "SIVT", "OAT-015"),
    "card": Manner("Cards are tried", 2 * MINUTE, "SIVT", "OAT-001, OAT-010"),
    "crawler": Manner("A crawler that says so", 2 * MINUTE, "GIVT", "OAT-011"),
}
SEVERITY = {
    "flood": Severity.CRITICAL,
    "speed": Severity.HIGH,
    "metronome": Severity.MEDIUM,
    "surge": Severity.INFO,
    "card": Severity.CRITICAL,
    "crawler": Severity.MEDIUM,
}


def found(rule: str, name: str, until: int, **fields: Any) -> Finding:
    """A finding of a rule on an address, ten seconds long, unless said otherwise."""
    said = {
        "version": 1,
        "watch": "burst",
        "subject": Subject("ip", name),
        "since": until - 10_000,
        "severity": SEVERITY[rule],
        "confidence": 95,
        "counts": {"events": 50},
    }
    return Finding(rule=rule, until=until, **{**said, **fields})


@dataclass
class Kept:
    """What a store would hold, and what people would hear."""

    alerts: dict[str, tuple[str, Alert]] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    events: list[tuple[str, str, int]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def keep(self, changes: GuardChanges) -> None:
        """Takes one step."""
        self.alerts |= {alert.id: (incident, alert) for incident, alert in changes.alerts}
        self.incidents |= {incident.id: incident for incident in changes.incidents}
        self.verdicts |= {verdict.id: verdict for verdict in changes.verdicts}
        self.events += changes.events
        self.notes += changes.notes

    def record(self) -> bytes:
        """Everything but notes, in bytes."""
        held = [sorted(table.items()) for table in (self.alerts, self.incidents, self.verdicts)]
        return msgspec.json.encode([held, self.events])


def taken(
    findings: Sequence[Finding],
    upto: int,
    cuts: Callable[[int], bool] = lambda _number: False,
    restarts: bool = False,
) -> tuple[Kept, bytes]:
    """What a desk makes of findings, and its last snapshot.

    Args:
        findings: in order of ``until``.
        upto: where time goes on to at the end.
        cuts: whether a batch ends after the nth moment.
        restarts: after every batch a new desk goes on from the snapshot.
    """
    kept, desk, batch = Kept(), Desk(MANNERS), list[Finding]()
    for number, (until, together) in enumerate(groupby(findings, key=lambda finding: finding.until)):
        batch += together
        if cuts(number):
            kept.keep(desk.take(batch, until))
            batch = []
            if restarts:
                snapshot, desk = desk.snapshot(), Desk(MANNERS)
                desk.restore(snapshot)
    kept.keep(desk.take(batch, upto))
    return kept, desk.snapshot()


NAMES = st.sampled_from(["203.0.113.9", "203.0.113.10", "198.51.100.7", "s1"])


@st.composite
def finding(draw: st.DrawFn) -> Finding:
    """Any finding of the rules above."""
    rule = draw(st.sampled_from(sorted(MANNERS)))
    kind = draw(st.sampled_from(["ip", "session", "actor", "site", "product"]))
    until = draw(st.integers(1, 240)) * 30_000
    members = draw(st.lists(NAMES.map(lambda name: Subject("ip", name)), max_size=3)) if kind == "site" else []
    return found(
        rule,
        draw(NAMES),
        until,
        subject=Subject(kind, "site" if kind == "site" else draw(NAMES)),
        watch=draw(st.sampled_from(["burst", "long"])),
        since=until - draw(st.sampled_from([10_000, 60_000, 600_000])),
        severity=draw(st.sampled_from(list(Severity))),
        confidence=draw(st.integers(1, 100)),
        counts=draw(st.dictionaries(st.sampled_from(["views", "events", "usual"]), st.integers(0, 500), max_size=3)),
        members=tuple(members),
        scored_only=draw(st.integers(0, 5)) == 0,
    )


FINDINGS = st.lists(finding(), max_size=40).map(lambda given: sorted(given, key=lambda one: one.until))
