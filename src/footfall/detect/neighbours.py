"""Where a visit came from, and whether it was alone there: the addresses that can be shut out for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.recent import KEPT
from footfall.detect.relation import SCHEMA
from footfall.detect.visits import paced
from footfall.detect.windows.names import Names, placed
from footfall.incident import Subject

KINDS = frozenset({"session", "actor"})
"""Kinds of subject that come from somewhere of their own."""
SEEN = ("ip", "actor", "event_time")
MOST = 20
"""Addresses that are put down for one subject."""
_TEXTS = SEEN[:2]
_ROOM = 1 << 16


class Neighbours:
    """Who came from which address in the two minutes before a moment; what is read once is not read again.

    Args:
        between: gives the events with ``since`` <= time < ``until``: some columns of the relation.
    """

    def __init__(self, between: Callable[..., pa.Table]) -> None:
        self._between = between
        self._names = {name: Names() for name in _TEXTS}
        self._until = 0
        self._rows: dict[str, Any] = self._read(SCHEMA.empty_table())
        self._ip = self._actor = self._paced = self._people = np.empty(0, np.int64)

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
        mine = np.flatnonzero(self._actor == self._names["actor"].find(subject.name))
        alone = self._ip[mine[self._people[self._ip[mine]] - self._paced[mine] < crowd]]
        return sorted(self._names["ip"].decoded(alone).to_pylist())[:MOST]

    def _look(self, until: int) -> None:
        since, goes_on = until - KEPT, self._until < until
        fresh = self._read(self._between(max(since, self._until) if goes_on else since, until, *SEEN))
        kept = (self._rows["event_time"] >= since) & goes_on
        self._rows = {name: np.concatenate([self._rows[name][kept], fresh[name]]) for name in SEEN}
        self._until = until
        self._forget()
        pairs = self._rows["ip"].astype(np.int64) << 32 | self._rows["actor"]
        came = paced(pa.table({"pair": pairs, "event_time": self._rows["event_time"]}), "pair")
        pairs, self._paced = came["pair"].to_numpy(), came["paced"].to_numpy()
        self._ip, self._actor = pairs >> 32, pairs & ((1 << 32) - 1)
        self._people = np.bincount(self._ip[self._paced], minlength=len(self._names["ip"]))

    def _read(self, rows: pa.Table) -> dict[str, Any]:
        rows = rows.filter(pc.and_(pc.is_valid(rows["ip"]), pc.is_valid(rows["actor"])))
        return {name: self._names[name].ids(rows[name]) for name in _TEXTS} | {
            "event_time": rows["event_time"].to_numpy()
        }

    def _forget(self) -> None:
        """Gives small ids again to what was seen lately."""
        for name, names in self._names.items():
            if len(names) > 2 * len(self._rows[name]) + _ROOM:
                live = np.zeros(len(names), bool)
                kept, self._rows[name] = placed(self._rows[name], len(names))
                live[kept] = True
                names.keep(live)
