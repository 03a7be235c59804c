"""Snapshots by name in DynamoDB: the latest counts, and only who has read it may follow it with another."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import NamedTuple

from footfall.aws import incident_items as items
from footfall.aws.table import Table, Write

PIECE = 300_000
"""Bytes of a snapshot in one item, which may hold 400 KB."""
HEAD = "head"
UNMOVED = "attribute_not_exists(generation) OR generation = :before"


class _Head(NamedTuple):
    """The latest of a name's snapshots: which it is, where its pieces are; without any it lies in the head itself."""

    generation: int
    token: str
    pieces: int

    @property
    def places(self) -> list[str]:
        """Of its pieces, in order."""
        return [f"{self.token}#{number:06}" for number in range(self.pieces)]


NONE = _Head(0, "", 0)


class States:
    """The snapshots of a table; pieces of a large one are written where nobody looks before its head names them."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._last: dict[str, _Head] = {}
        self._begun: dict[str, _Head] = {}

    def read(self, name: str) -> bytes | None:
        """The snapshot kept last under a name."""
        found = self._table.get(_place(name, HEAD))
        if found is None:
            self._last.pop(name, None)
            return None
        head = self._last[name] = _Head(int(found["generation"]), str(found["token"]), int(found["pieces"]))
        parts = [self._table.get(_place(name, place)) for place in head.places] if head.pieces else [found]
        return zlib.decompress(b"".join(bytes(part["value"]) for part in parts if part))

    def begin(self, states: Mapping[str, bytes]) -> list[Write]:
        """The writes that make snapshots the latest; they fail where somebody came before."""
        self._begun = {}
        return [self._move(name, zlib.compress(value)) for name, value in sorted(states.items())]

    def unmoved(self, names: Iterable[str]) -> list[Write]:
        """Checks that nobody else has kept a snapshot since ours was read."""
        return [self._table.check(_place(name, HEAD), UNMOVED, {":before": self._before(name)}) for name in names]

    def moved(self) -> None:
        """Remembers that the writes of ``begin`` were made, and drops the pieces of what was before."""
        for name, head in self._begun.items():
            for place in self._last.get(name, NONE).places:
                self._table.drop(_place(name, place))
            self._last[name] = head

    def _before(self, name: str) -> int:
        return self._last.get(name, NONE).generation

    def _move(self, name: str, packed: bytes) -> Write:
        head = self._begun[name] = _Head(self._before(name) + 1, token_hex(8), (len(packed) - 1) // PIECE)
        if head.pieces:
            head = self._begun[name] = head._replace(pieces=head.pieces + 1)
            for number, place in enumerate(head.places):
                piece = packed[number * PIECE : (number + 1) * PIECE]
                self._table.transact([self._table.set(_place(name, place), {"value": piece})])
        value = b"" if head.pieces else packed
        write = self._table.set(_place(name, HEAD), {**head._asdict(), "value": value})
        write["Update"]["ConditionExpression"] = UNMOVED
        write["Update"]["ExpressionAttributeValues"][":before"] = head.generation - 1
        return write


def _place(name: str, part: str) -> items.Key:
    return items.key(f"{items.STATE}#{name}", part)
