"""The members of alerts: an item holds 400 KB, and an attack has tens of thousands of hands."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from hashlib import blake2b

import msgspec

from footfall.aws import incident_items as items
from footfall.aws.table import Table
from footfall.incident import Alert, Subject

ROOM = 200_000
"""Bytes of members in one item, before they are packed; a name alone may have a third of that."""


class Members:
    """The members of alerts in pieces beside them, in order of their joining.

    They only become more, so a piece that is full stays as it is. Pieces are written before the alert that says how
    many members it has: what is there besides is not looked at.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[str, list[bytes]] = {}

    def keep(self, alert: Alert) -> None:
        """Writes the pieces that are not there yet as they are."""
        known, digests = self._known.get(alert.id, []), []
        for number, part in enumerate(_parts(alert.members)):
            told = msgspec.json.encode(part)
            digests.append(blake2b(told, digest_size=16).digest())
            if number >= len(known) or known[number] != digests[-1]:
                self._table.transact([self._table.set(_place(alert.id, number), {"value": zlib.compress(told)})])
        if alert.ended is None and digests:
            self._known[alert.id] = digests
        else:
            self._known.pop(alert.id, None)

    def read(self, alert: str, many: int) -> tuple[Subject, ...]:
        """The first members of an alert."""
        found: list[Subject] = []
        number = 0
        while len(found) < many and (item := self._table.get(_place(alert, number))):
            found += msgspec.json.decode(zlib.decompress(bytes(item["value"])), type=list[Subject])
            number += 1
        return tuple(found[:many])


def _parts(members: Sequence[Subject]) -> Iterator[Sequence[Subject]]:
    first, size = 0, 0
    for place, member in enumerate(members):
        size += len(member.kind) + len(member.name.encode()) + 32
        if size > ROOM and place > first:
            yield members[first:place]
            first, size = place, len(member.name.encode())
    if first < len(members):
        yield members[first:]


def _place(alert: str, number: int) -> items.Key:
    return items.key(f"{items.ALERT}#{alert}", f"members#{number:06}")
