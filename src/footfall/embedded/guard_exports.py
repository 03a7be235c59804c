"""What the guard knows as it leaves the house: incidents, verdicts, the blocklist, figures restated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from footfall.detect import blocklist
from footfall.detect.listed import INCIDENTS, TITLES, VERDICTS, Column, table
from footfall.embedded.changes import changes
from footfall.embedded.incident_store import EmbeddedIncidents, standing_verdicts
from footfall.embedded.lake import EmbeddedLake, data_until
from footfall.incident import Incident, Verdict
from footfall.insights.columns import POPULATIONS
from footfall.ports import FootfallError

CHANGES: tuple[Column, ...] = (
    ("day", str, lambda one: one.day.isoformat()),
    ("figure", str, lambda one: one.figure),
    *(
        (f"{population}_{when}", int, lambda one, population=population, place=place: getattr(one, population)[place])
        for population in POPULATIONS
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
    return table(INCIDENTS, found)


def verdicts(lake: EmbeddedLake) -> pa.Table:
    """Every verdict, withdrawn ones too, oldest first."""
    store = EmbeddedIncidents(lake.layout)
    found: list[Verdict] = store.verdicts(standing=False)
    store.close()
    return table(VERDICTS, found)


def restated(lake: EmbeddedLake) -> pa.Table:
    """Every figure that verdicts restated, oldest first."""
    return table(CHANGES, changes(lake.layout))


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
    "incidents": (TITLES["incidents"], incidents),
    "verdicts": (TITLES["verdicts"], verdicts),
    "blocklist": (TITLES["blocklist"], lambda lake: blocklist.rows(blocked(lake))),
    "changes": ("figures that verdicts restated: before, after, why", restated),
}
"""What can be exported without a lake."""
