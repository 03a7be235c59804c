"""What the guard asks its own memory for, answered from what the stream of clean events holds."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from footfall.aws.behind import Behind
from footfall.detect.recent import Recent
from footfall.detect.visits import Purchases
from footfall.detect.windows.found import Found
from footfall.incident import Finding, Subject
from footfall.rules import Watch
from footfall.rules.evidence import Events, History
from footfall.rules.model import Confirm


class Told:
    """Windows that are kept elsewhere: what they hold is told, and their events are looked up.

    Args:
        behind: where the events are.
    """

    def __init__(self, behind: Behind) -> None:
        self._behind = behind
        self.fresh: list[Found] = []

    def feed(self, _events: pa.Table, _watermark: int) -> list[Found]:
        """Nothing: events are Flink's."""
        return []

    def early(self, _ahead: int = 0) -> list[Found]:
        """What was told and is not settled yet, but for what is to be confirmed by events that may be on their way."""
        return [each for each in self.fresh if not each.watch.confirm]

    def flush(self) -> list[Found]:
        """Nothing is open here."""
        return []

    def steps(self, watch: Watch, key: tuple[str, ...], window_end: int, *columns: str) -> pa.Table:
        """The events of a key in a window that is judged now; none of one that is only warned of."""
        named = dict(zip(watch.key, key, strict=True))
        return self._behind.window(window_end - watch.size, window_end, named, *columns)

    def snapshot(self) -> bytes:
        """Nothing to go on from."""
        return b""

    def restore(self, _state: bytes) -> None:
        """Nothing was kept."""


class Recalled(Recent):
    """The events of the whole store."""

    def __init__(self, behind: Behind) -> None:
        super().__init__()
        self._behind = behind

    def between(self, since: int, until: int, *columns: str) -> pa.Table:
        """Those of a window that is judged now."""
        return self._behind.window(since, until, {}, *columns)


class Buyers(Purchases):
    """Who bought."""

    def __init__(self, behind: Behind) -> None:
        super().__init__()
        self._behind = behind

    def count(self, subject: Subject, since: int, until: int) -> int:
        """Purchases of a subject between two moments, in ms, inclusive."""
        return self._behind.bought(subject, since, until)


def settled(watch: Watch, behind: Behind) -> Watch:
    """A watch as it works here: closed windows are told, so that any may warn until they are settled; where the events
    that are to confirm a finding cannot be had any more, it adds to its subject's score and opens nothing."""
    if watch.confirm is None:
        return replace(watch, early=True)
    return replace(watch, confirm=_where_held(watch.confirm, behind))


def _where_held(confirm: Confirm, behind: Behind) -> Confirm:
    def confirmed(finding: Finding, events: Events, history: History) -> Finding | None:
        if behind.holds(finding.since, finding.until):
            return confirm(finding, events, history)
        return replace(finding, scored_only=True)

    return confirmed
