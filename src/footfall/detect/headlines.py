"""An incident in a sentence, with the numbers beside the usual ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from footfall.incident import Incident
from footfall.ports import Note

DEEDS = {
    "addresses": "used {} {}",
    "agents": "showed {} user {}",
    "carts": "put {} {} into carts",
    "failed": "failed {} {}",
    "purchases": "made {} {}",
    "views": "made {} {}",
    "visits": "made {} {}",
}
"""What a subject did, by the count that tells of it; anything else it ``sent``."""
THINGS = {"carts": "things", "failed": "times"}
"""What a subject does with counts that are named otherwise."""
DRAWN = {"product": "drew {} {}", "campaign": "brought {} {}", "site": "saw {} {}"}
"""Subjects that do nothing themselves."""
NOUNS = {"failed": "failures"}
"""What they draw of counts whose name is no thing."""
VERBS = ("sent", *sorted({text.split()[0] for text in (*DEEDS.values(), *DRAWN.values())}))
NAMED = {
    "session": "Visit {}",
    "actor": "Source {}",
    "visitor": "Visitor {}",
    "product": "Product {}",
    "campaign": "Campaign {}",
    "agent": "The agent {}",
}
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
"""A count of this name is what is usual of the first count; ``usual_views`` of ``views``."""
MANY = 100
"""Times the usual that nobody reads as a number of times."""
LONGEST = 80
SAYINGS = {"opened": "", "escalated": "Worse: ", "closed": "Over: ", "withdrawn": "Never mind: "}


def leading(counts: Mapping[str, int]) -> tuple[str, int]:
    """The count that a sentence names: the first beside which stands what is usual of it, else the first.

    >>> leading({"addresses": 40, "views": 90, "usual_views": 2}), leading({"views": 9, "carts": 1})
    (('views', 90), ('views', 9))
    """
    named = [(name, value) for name, value in counts.items() if not name.startswith(USUAL)]
    known = (item for item in named if f"{USUAL}_{item[0]}" in counts)
    return next(known, named[0] if named else ("events", 0))


def headline(kind: str, name: str, counts: Mapping[str, int], window: int, subjects: int) -> str:
    """One sentence about the worst subject of an incident.

    >>> headline("ip", "203.0.113.9", {"events": 412, "usual": 6}, 10_000, 1)
    '203.0.113.9 sent 412 events in 10 s, 68 × the usual 6'
    >>> headline("agent", "curl", {"addresses": 30, "views": 900, "usual_views": 2}, 300_000, 1)
    'The agent curl made 900 views in 5 min, where 2 are usual'
    >>> headline("ip", "203.0.113.9", {"views": 35}, 60_000, 2_000)
    '2,000 addresses, 203.0.113.9 the worst: it made 35 views in 1 min'
    >>> headline("site", "site", {"failed": 30, "usual_failed": 0}, 120_000, 1)
    'The store saw 30 failures in 2 min, where none are usual'
    """
    what, value = leading(counts)
    nouns = NOUNS if kind in DRAWN else THINGS
    count = (f"{value:,}", _number(value, nouns.get(what, what.replace("_", " "))))
    when = f"in {duration(window)}{_usual(counts)}"
    if kind == "site":
        return f"The store {DRAWN[kind].format(*count)} {when}"
    did = f"{DRAWN.get(kind, DEEDS.get(what, 'sent {} {}')).format(*count)} {when}"
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    if subjects > 1:
        return f"{_counted(subjects, kind)}, {shown} the worst: it {did}"
    return f"{NAMED.get(kind, '{}').format(shown)} {did}"


def _usual(counts: Mapping[str, int]) -> str:
    what, value = leading(counts)
    usual = counts.get(f"{USUAL}_{what}", counts.get(USUAL))
    if usual is None:
        return ""
    if usual <= 0:
        return ", where none are usual"
    whole, tenths = value // usual, value * 10 // usual % 10
    if whole >= MANY:
        return f", where {usual:,} {'is' if usual == 1 else 'are'} usual"
    return f", {whole if whole >= 10 else f'{whole}.{tenths}'} × the usual {usual:,}"


def _number(value: int, plural: str) -> str:
    """The word for so many: ``1 address``, ``2 addresses``."""
    return plural if value != 1 else plural.removesuffix("es" if plural.endswith("sses") else "s")


def _counted(subjects: int, kind: str) -> str:
    return f"{subjects:,} {_number(subjects, KINDS.get(kind, kind))}"


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
