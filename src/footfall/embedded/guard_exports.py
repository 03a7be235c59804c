"""What the guard knows as it leaves the house: incidents, verdicts, the blocklist, figures restated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from footfall.detect import blocklist
from footfall.detect.verdicts import excluded
from footfall.embedded.changes import changes
from footfall.embedded.incident_store import EmbeddedIncidents, standing_verdicts
from footfall.embedded.lake import EmbeddedLake, data_until
from footfall.incident import Incident, Verdict
from footfall.ports import FootfallError

_KINDS: dict[type, pa.DataType] = {int: pa.int64(), str: pa.string(), bool: pa.bool_()}
Column = tuple[str, type, Callable[[Any], Any]]

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
CHANGES: tuple[Column, ...] = (
    ("day", str, lambda one: one.day.isoformat()),
    ("figure", str, lambda one: one.figure),
    *(
        (f"{population}_{when}", int, lambda one, population=population, place=place: getattr(one, population)[place])
        for population in ("gross", "known", "net")
        for place, when in enumerate(("before", "after"))
    ),
    ("money", bool, lambda one: one.money),
    ("restated", str, lambda one: one.at),
    ("incidents", str, lambda one: " ".join(why.incident for why in one.why)),
    ("rules", str, lambda one: " ".join(sorted({why.rule for why in one.why}))),
)


def incidents(lake: EmbeddedLake) -> pa.Table:
    """Every incident, the latest first."""
    store = EmbeddedIncidents(lake.layout)
    found: list[Incident] = store.incidents()
    store.close()
    return _table(INCIDENTS, found)


def verdicts(lake: EmbeddedLake) -> pa.Table:
    """Every verdict, withdrawn ones too, oldest first."""
    store = EmbeddedIncidents(lake.layout)
    found: list[Verdict] = store.verdicts(standing=False)
    store.close()
    return _table(VERDICTS, found)


def restated(lake: EmbeddedLake) -> pa.Table:
    """Every figure that verdicts restated, oldest first."""
    return _table(CHANGES, changes(lake.layout))


def blocked(lake: EmbeddedLake) -> list[blocklist.Blocked]:
    """The addresses to shut out at the end of what is known: of the lake, or of the guard where that is further."""
    standing = standing_verdicts(lake.layout)
    now = max([data_until(lake), *(verdict.valid_to for verdict in standing)])
    return blocklist.blocked(standing, now)


def write_blocklist(lake: EmbeddedLake, path: Path) -> int:
    """Writes the blocklist in the form that the file's ending names; gives the number of addresses.

    Raises:
        FootfallError: a folder that does not exist.
    """
    if not path.parent.is_dir():
        raise FootfallError(f"There is no folder {path.parent}.")
    found = blocked(lake)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(blocklist.FORMS[path.suffix](found))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return len(found)


GUARD: dict[str, tuple[str, Callable[[EmbeddedLake], pa.Table]]] = {
    "incidents": ("what the guard found: every incident with its evidence", incidents),
    "verdicts": ("who is no customer, from when to when, how sure, and whether the figures leave it out", verdicts),
    "blocklist": (
        f"addresses to shut out now; also {', '.join(blocklist.FORMS)}",
        lambda lake: blocklist.rows(blocked(lake)),
    ),
    "changes": ("figures that verdicts restated: before, after, why", restated),
}
"""What can be exported without a lake."""


def _table(columns: Sequence[Column], found: Iterable[Any]) -> pa.Table:
    listed = list(found)
    return pa.table({name: pa.array([value(one) for one in listed], _KINDS[kind]) for name, kind, value in columns})
