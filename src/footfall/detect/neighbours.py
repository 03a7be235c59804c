"""Where a visit came from, and whether it was alone there: the addresses that can be shut out for it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.visits import paced
from footfall.incident import Subject

KINDS = frozenset({"session", "actor"})
"""Kinds of subject that come from somewhere of their own."""
SEEN = ("ip", "actor", "event_time")
MOST = 20
"""Addresses that are put down for one subject."""


class Neighbours:
    """Who came from which address lately.

    Args:
        rows: the columns :data:`SEEN` of the relation; the chunks of a text column share one dictionary.
    """

    def __init__(self, rows: pa.Table) -> None:
        named = rows.filter(pc.and_(pc.is_valid(rows["ip"]), pc.is_valid(rows["actor"])))
        (ips, self._addresses), (actors, self._actors) = (_coded(named[name]) for name in ("ip", "actor"))
        came = paced(pa.table({"ip": ips, "actor": actors, "event_time": named["event_time"]}), "ip", "actor")
        self._ip, self._actor, self._paced = (came[name].to_numpy() for name in ("ip", "actor", "paced"))
        self._people = np.bincount(self._ip[self._paced], minlength=len(self._addresses))

    def alone(self, subject: Subject, crowd: int) -> list[str]:
        """A subject's addresses, in order, from which fewer than ``crowd`` others came at human pace."""
        if subject.kind not in KINDS:
            return []
        mine = np.flatnonzero(self._actor == pc.index(self._actors, subject.name).as_py())
        alone = self._ip[mine[self._people[self._ip[mine]] - self._paced[mine] < crowd]]
        return sorted(self._addresses.take(pa.array(alone)).to_pylist())[:MOST]


def _coded(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.Array]:
    """A text column as places in an array of its values."""
    if not column.num_chunks:
        return pa.chunked_array([], pa.int32()), pa.array([], pa.string())
    return pa.chunked_array([chunk.indices for chunk in column.chunks]), column.chunk(0).dictionary
