"""Rows as plain dictionaries without what is null, and a moment to receive them at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

AT = 1_795_403_763_000_000
"""2026-11-23T03:16:03Z, in microseconds."""


def told(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """What rows hold."""
    return [{name: value for name, value in msgspec.structs.asdict(row).items() if value is not None} for row in rows]
