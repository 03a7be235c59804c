"""An incident in a sentence, with the numbers beside the usual ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from footfall.incident import Incident
from footfall.ports import Note

VERBS = {"product": "drew", "campaign": "brought", "site": "saw"}
KINDS = {
    "ip": "addresses",
    "network": "networks",
    "session": "sessions",
    "visitor": "visitors",
    "actor": "sources",
    "agent": "user agents",
    "product": "products",
    "campaign": "campaigns",
}
USUAL = "usual"
"""A count of this name, or ending in it, is what is usual of the leading count."""
LONGEST = 80
SAYINGS = {"opened": "", "escalated": "Worse: ", "closed": "Over: ", "withdrawn": "Never mind: "}


def leading(counts: Mapping[str, int]) -> tuple[str, int]:
    """The count that a sentence names: the first that the watch put out and that is not what is usual."""
    named = ((name, value) for name, value in counts.items() if not name.endswith(USUAL))
    return next(named, ("events", 0))


def headline(kind: str, name: str, counts: Mapping[str, int], window: int, subjects: int) -> str:
    """One sentence about the worst subject of an incident.

    >>> headline("ip", "203.0.113.9", {"events": 412, "usual": 6}, 10_000, 1)
    '203.0.113.9 sent 412 events in 10 s, 68 × the usual'
    >>> headline("ip", "203.0.113.9", {"views": 35}, 60_000, 2_000)
    '2,000 addresses, 203.0.113.9 the worst: it sent 35 views in 1 min'
    """
    what, value = leading(counts)
    verb, said = VERBS.get(kind, "sent"), f"{value:,} {what.replace('_', ' ')} in {duration(window)}{_usual(counts)}"
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    if kind == "site":
        return f"The store {verb} {said}"
    if subjects > 1:
        return f"{_counted(subjects, kind)}, {shown} the worst: it {verb} {said}"
    return f"{shown} {verb} {said}"


def _usual(counts: Mapping[str, int]) -> str:
    _, value = leading(counts)
    usual = next((count for name, count in counts.items() if name.endswith(USUAL)), 0)
    if usual <= 0:
        return ""
    whole, tenths = value // usual, value * 10 // usual % 10
    return f", {whole:,} × the usual" if whole >= 10 else f", {whole}.{tenths} × the usual"


def _counted(subjects: int, kind: str) -> str:
    named = KINDS.get(kind, kind)
    return f"{subjects:,} {named}" if subjects != 1 else f"1 {named.removesuffix('es' if kind == 'ip' else 's')}"


def duration(ms: int) -> str:
    """A length of time in its largest whole unit.

    >>> [duration(ms) for ms in (500, 10_000, 90_000, 600_000, 7_200_000)]
    ['500 ms', '10 s', '90 s', '10 min', '2 h']
    """
    for unit, size in (("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if ms >= size and ms % size == 0:
            return f"{ms // size:,} {unit}"
    return f"{ms:,} ms"


def note(incident: Incident, what: str, at: int) -> Note:
    """What people are told of an incident."""
    lines = [
        str(incident.evidence.get("title", incident.rule)),
        f"Rule {incident.rule} version {incident.version}, {incident.evidence.get('threat', '')}",
        f"{_counted(incident.subjects, incident.subject_kind)}, {len(incident.alerts):,} alerts",
        *(f"  {name}: {value:,}" for name, value in _tops(incident.evidence)),
        f"footfall incidents show {incident.id}",
    ]
    title = f"[{incident.severity}] {SAYINGS[what]}{incident.headline}"
    return Note(incident.id, what, at, str(incident.severity), title, "\n".join(lines))


def _tops(evidence: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(str(name), int(value)) for name, value in evidence.get("top", [])[:5]]
