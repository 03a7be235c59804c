"""Where a visit came from, and whether it was alone there: the addresses that can be shut out for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from footfall.detect.recent import KEPT
from footfall.detect.visits import paced
from footfall.detect.windows.names import Names
from footfall.incident import Subject

KINDS = frozenset({"session", "actor"})
"""Kinds of subject that come from somewhere of their own."""
SEEN = ("ip", "actor", "event_time")
MOST = 20
"""Addresses that are put down for one subject."""
_ROOM = 1 << 16
_LOW = (1 << 32) - 1


class Neighbours:
    """Who came from which address in the two minutes before a moment; what is read once is not read again.

    Args:
        between: gives the events with ``since`` <= time < ``until``: some columns of the relation.
    """

    def __init__(self, between: Callable[..., pa.Table]) -> None:
        self._between = between
        self._ips, self._actors = Names(), Names()
        self._until = 0
        self._times = self._pairs = self._ip = self._actor = self._people = np.empty(0, np.int64)
        self._paced = np.empty(0, bool)

    def alone(self, subject: Subject, until: int, crowd: int) -> list[str]:
        """A subject's addresses, in order, from which fewer than ``crowd`` others came at human pace.

        Args:
            subject: a session or an actor; others have none.
            until: the moment, UTC ms; every event before it is there.
            crowd: that is one.
        """
        if subject.kind not in KINDS:
            return []
        if until != self._until:
            self._look(until)
        mine = np.flatnonzero(self._actor == self._actors.find(subject.name))
        alone = self._ip[mine[self._people[self._ip[mine]] - self._paced[mine] < crowd]]
        return sorted(self._ips.decoded(alone).to_pylist())[:MOST]

    def _look(self, until: int) -> None:
        since, before = until - KEPT, self._until
        self._keep(self._times >= since if before < until else np.zeros(len(self._times), bool))
        self._add(self._between(max(since, before) if before < until else since, until, *SEEN))
        self._until = until
        starts = np.flatnonzero(np.append(True, self._pairs[1:] != self._pairs[:-1])[: len(self._pairs)])
        ends = np.append(starts[1:], len(self._pairs))[: len(starts)]
        self._ip, self._actor = self._pairs[starts] >> 32, self._pairs[starts] & _LOW
        self._paced = paced(self._times[starts], self._times[ends - 1], ends - starts)
        self._people = np.bincount(self._ip[self._paced], minlength=len(self._ips))

    def _add(self, rows: pa.Table) -> None:
        """Puts events, all later than those before, to their pairs of address and actor; each pair's stay in order."""
        ips, actors = self._ips.ids(rows["ip"]), self._actors.ids(rows["actor"])
        named = (ips >= 0) & (actors >= 0)
        pairs, times = ips[named].astype(np.int64) << 32 | actors[named], rows["event_time"].to_numpy()[named]
        order = np.lexsort((times, pairs))
        places = np.searchsorted(self._pairs, pairs[order], side="right")
        self._pairs = np.insert(self._pairs, places, pairs[order])
        self._times = np.insert(self._times, places, times[order])

    def _keep(self, live: Any) -> None:
        """Forgets events, and now and then the names that none has any more."""
        self._pairs, self._times = self._pairs[live], self._times[live]
        if len(self._ips) + len(self._actors) > 4 * len(self._pairs) + _ROOM:
            ips = _only(self._ips, self._pairs >> 32)
            self._pairs = ips << 32 | _only(self._actors, self._pairs & _LOW)


def _only(names: Names, ids: Any) -> Any:
    """Keeps some names alone; their new ids, in the order of the old."""
    live = np.zeros(len(names), bool)
    live[ids] = True
    names.keep(live)
    return (np.cumsum(live) - 1)[ids]
