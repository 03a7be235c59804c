"""What a comparison found: one row an engine and a thing compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[str], None]
"""Called with what is done next."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one engine's rows compare with those of the embedded plane.

    Attributes:
        name: of a mart, a question, a feed, or a rule and its watch.
        engine: who was asked.
        rows: that it gave.
        equal: whether they are the embedded plane's, row by row.
    """

    name: str
    engine: str
    rows: int
    equal: bool
