"""What a rule's confirmation is given: the finding, the subject's events in the window, what was usual before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

import pyarrow as pa

from footfall.incident import Finding, Subject


class Step(Protocol):
    """One event of the subject; see the relation's columns."""

    @property
    def event_time(self) -> int: ...
    @property
    def event_type(self) -> str: ...
    @property
    def product_id(self) -> str | None: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def user_session(self) -> str | None: ...
    @property
    def user_agent(self) -> str | None: ...
    @property
    def ip(self) -> str | None: ...
    @property
    def referrer(self) -> str | None: ...
    @property
    def campaign(self) -> str | None: ...
    @property
    def actor(self) -> str | None: ...
    @property
    def verified(self) -> int: ...


class History(Protocol):
    """What was usual before the window."""

    @property
    def minutes(self) -> int:
        """How long it has learnt."""

    def usual(self, dimension: str, member: str, count: str) -> float:
        """How much of something there is in a minute."""

    def share(self, dimension: str, member: str, count: str, of: str | None = None) -> float:
        """A member's part of what the site counts."""

    def mix(self, count: str, of: str = "events") -> float:
        """Which part of the site's events are of a kind."""


class Events(Protocol):
    """The subject's events in the window; asked for only when needed."""

    def table(self, *columns: str) -> pa.Table:
        """Columns of the relation, all where none is named; rows in no order: for whatever may be many."""

    def __call__(self) -> Sequence[Step]:
        """One by one in order of time: for what depends on the order."""


def blamed(finding: Finding, actors: Iterable[str], **counts: int) -> Finding:
    """The finding with the actors it is attributed to, and more numbers."""
    members = tuple(Subject("actor", name) for name in sorted(actors))
    return replace(finding, members=members, counts={**finding.counts, **counts})
