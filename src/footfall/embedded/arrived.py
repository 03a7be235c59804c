"""The log of imports: when, from where, and what became of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from footfall.layout import Layout
from footfall.ports import Arrived, Counts


def note(layout: Layout, at: int, source: str, counts: Counts) -> None:
    """Puts an import down; one without a row is none."""
    if counts.rows:
        with layout.arrived.open("ab") as log:
            log.write(msgspec.json.encode(Arrived(at, source, counts)) + b"\n")


def arrived(layout: Layout) -> list[Arrived]:
    """Every import, the latest first; a line cut short by a crash is left out."""
    found: list[Arrived] = []
    lines = layout.arrived.read_bytes().split(b"\n")[:-1] if layout.arrived.exists() else []
    for line in reversed(lines):
        try:
            found.append(msgspec.json.decode(line, type=Arrived))
        except msgspec.DecodeError:
            continue
    return found


def marks(layout: Layout) -> dict[str, Any]:
    """The guard's marks as saved last; empty where there are none, or they cannot be read."""
    try:
        return msgspec.json.decode(layout.grade.read_bytes(), type=dict[str, Any])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def save_marks(layout: Layout, document: Mapping[str, Any]) -> None:
    """Saves the guard's marks for the dashboard."""
    layout.home.mkdir(parents=True, exist_ok=True)
    draft = layout.grade.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(document))
    draft.replace(layout.grade)
