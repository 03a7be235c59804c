"""What a plane of a home can do beyond showing: read dead letters again, tell of rules of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from footfall.ports import Counts
from footfall.rules import Rule


@runtime_checkable
class Hands(Protocol):
    """Pages offer what a plane has of this; a plane without it is shown all the same."""

    def replay(self) -> Counts:
        """Reads every dead letter again; ``dead`` are those that stay.

        Raises:
            FootfallError: what the user can mend.
        """

    def own_rules(self) -> Mapping[str, Rule]:
        """The user's own rules by id.

        Raises:
            RuleError: one that cannot be used.
        """
