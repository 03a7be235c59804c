"""Where a visit came from, and whether it was alone there: the addresses that can be shut out for it."""

from __future__ import annotations

from collections import defaultdict

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
        rows: the columns :data:`SEEN` of the relation.
    """

    def __init__(self, rows: pa.Table) -> None:
        self._addresses: dict[str, list[str]] = defaultdict(list)
        self._people: dict[str, set[str]] = defaultdict(set)
        named = rows.filter(pc.and_(pc.is_valid(rows["ip"]), pc.is_valid(rows["actor"])))
        for row in paced(named, "ip", "actor").to_pylist():
            self._addresses[row["actor"]].append(row["ip"])
            if row["paced"]:
                self._people[row["ip"]].add(row["actor"])

    def alone(self, subject: Subject, crowd: int) -> list[str]:
        """A subject's addresses, in order, from which fewer than ``crowd`` others came at human pace."""
        if subject.kind not in KINDS:
            return []
        mine = sorted(self._addresses.get(subject.name, ()))
        return [ip for ip in mine if len(self._people[ip] - {subject.name}) < crowd][:MOST]
