"""Incidents and verdicts as rows: what leaves the house, from whatever store they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from footfall.detect import blocklist
from footfall.detect.verdicts import excluded

_KINDS: dict[type, pa.DataType] = {int: pa.int64(), str: pa.string(), bool: pa.bool_()}
Column = tuple[str, type, Callable[[Any], Any]]
"""A column's name, its type, and how it is read off what a row is about."""

TITLES = {
    "incidents": "what the guard found: every incident with its evidence",
    "verdicts": "who is no customer, from when to when, how sure, and whether the figures leave it out",
    "blocklist": f"addresses to shut out now; also {', '.join(blocklist.FORMS)}",
}
"""What of the guard's can be exported on either plane."""
INCIDENTS: tuple[Column, ...] = (
    ("incident", str, lambda one: one.id),
    ("rule", str, lambda one: one.rule),
    ("version", int, lambda one: one.version),
    ("subject_kind", str, lambda one: one.subject_kind),
    ("severity", str, lambda one: str(one.severity)),
    ("score", int, lambda one: one.score),
    ("opened_at", int, lambda one: one.opened),
    ("updated_at", int, lambda one: one.updated),
    ("closed_at", int, lambda one: one.closed),
    ("subjects", int, lambda one: one.subjects),
    ("alerts", int, lambda one: len(one.alerts)),
    ("headline", str, lambda one: one.headline),
    ("acknowledged_by", str, lambda one: one.acknowledged.get("who")),
    ("resolved_by", str, lambda one: one.resolved.get("who")),
    ("mistaken", bool, lambda one: bool(one.resolved.get("mistaken"))),
    ("evidence", str, lambda one: msgspec.json.encode(one.evidence).decode()),
)
VERDICTS: tuple[Column, ...] = (
    ("verdict", str, lambda one: one.id),
    ("subject_kind", str, lambda one: one.subject.kind),
    ("subject", str, lambda one: one.subject.name),
    ("valid_from_at", int, lambda one: one.valid_from),
    ("valid_to_at", int, lambda one: one.valid_to),
    ("incident", str, lambda one: one.incident),
    ("rule", str, lambda one: one.rule),
    ("version", int, lambda one: one.version),
    ("class", str, lambda one: one.klass),
    ("threat", str, lambda one: one.threat),
    ("confidence", int, lambda one: one.confidence),
    ("excluded", bool, excluded),
    ("withdrawn_at", int, lambda one: one.withdrawn),
    ("evidence", str, lambda one: msgspec.json.encode(one.evidence).decode()),
)


def table(columns: Sequence[Column], found: Iterable[Any]) -> pa.Table:
    """One row for each of what was found."""
    listed = list(found)
    return pa.table({name: pa.array([value(one) for one in listed], _KINDS[kind]) for name, kind, value in columns})
