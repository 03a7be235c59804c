"""A verdict as a row: the same columns in the embedded store, in the table of incidents and in the lake."""

from __future__ import annotations

from typing import Any

import msgspec

from footfall.incident import Subject, Verdict

EVIDENCE = ("purchases", "people")
"""Of a verdict's evidence, what decides whether its subject is spared."""


def row_of(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain values by column: its subject in two, its evidence as JSON."""
    return {
        "id": verdict.id,
        "subject_kind": verdict.subject.kind,
        "subject": verdict.subject.name,
        "valid_from": verdict.valid_from,
        "valid_to": verdict.valid_to,
        "incident": verdict.incident,
        "rule": verdict.rule,
        "version": verdict.version,
        "class": verdict.klass,
        "threat": verdict.threat,
        "confidence": verdict.confidence,
        "evidence": msgspec.json.encode(verdict.evidence).decode(),
        "withdrawn": verdict.withdrawn,
    }


def verdict_of(row: Any) -> Verdict:
    """The verdict in a row, which is asked for each column by its name; whole numbers may be of any type."""
    withdrawn = row["withdrawn"]
    return Verdict(
        id=row["id"],
        subject=Subject(row["subject_kind"], row["subject"]),
        valid_from=int(row["valid_from"]),
        valid_to=int(row["valid_to"]),
        incident=row["incident"],
        rule=row["rule"],
        version=int(row["version"]),
        klass=row["class"],
        threat=row["threat"],
        confidence=int(row["confidence"]),
        evidence=msgspec.json.decode(row["evidence"]),
        withdrawn=None if withdrawn is None else int(withdrawn),
    )


def told_of(verdict: Verdict) -> dict[str, Any]:
    """The same for the lake: of the evidence the columns that batch reads, as whole numbers."""
    row = row_of(verdict)
    del row["evidence"]
    return row | {name: int(verdict.evidence.get(name) or 0) for name in EVIDENCE}
