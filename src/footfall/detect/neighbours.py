"""Where a visit came from, and whether it was alone there: the addresses that can be shut out for it."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from footfall.detect.visits import PAUSE
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
        seen = named.group_by(["ip", "actor"]).aggregate([("event_time", how) for how in ("min", "max", "count")])
        ips, actors, first, last, count = (seen[name] for name in seen.column_names)
        unhurried = pc.greater_equal(pc.subtract(last, first), pc.multiply(pc.subtract(count, 1), PAUSE))
        human = pc.and_(pc.greater(count, 1), unhurried).to_pylist()
        for ip, actor, paced in zip(ips.to_pylist(), actors.to_pylist(), human, strict=True):
            self._addresses[actor].append(ip)
            if paced:
                self._people[ip].add(actor)

    def alone(self, subject: Subject, crowd: int) -> list[str]:
        """A subject's addresses, in order, from which fewer than ``crowd`` others came at human pace."""
        if subject.kind not in KINDS:
            return []
        mine = sorted(self._addresses.get(subject.name, ()))
        return [ip for ip in mine if len(self._people[ip] - {subject.name}) < crowd][:MOST]
