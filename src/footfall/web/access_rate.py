"""How often a password may be tried: so many times in a while from an address, and for a name."""

from __future__ import annotations

from collections import OrderedDict, deque

WHILE = 900_000
"""Milliseconds for which a failure counts."""
FROM_ADDRESS, FOR_NAME = 8, 40
"""Failures after which an address waits, and after which everybody waits who tries a name."""
REMEMBERED = 10_000
"""Addresses and names that are remembered; the longest silent are forgotten first."""

Key = tuple[str, str]


class Attempts:
    """Failures of the last while, by address and by name."""

    def __init__(self) -> None:
        self._failed: OrderedDict[Key, deque[int]] = OrderedDict()

    def wait(self, address: str, name: str, now: int) -> int:
        """Seconds until another try is heard; 0 where it is heard now."""
        return max(self._left(key, most, now) for key, most in _keys(address, name))

    def failed(self, address: str, name: str, now: int) -> None:
        """A wrong password."""
        for key, most in _keys(address, name):
            self._failed.setdefault(key, deque(maxlen=most)).append(now)
            self._failed.move_to_end(key)
        while len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)

    def passed(self, address: str) -> None:
        """A right one: the address begins anew; the name does not, for others may be trying it."""
        self._failed.pop(("address", address), None)

    def _left(self, key: Key, most: int, now: int) -> int:
        failed = self._failed.get(key)
        if failed is None or len(failed) < most or failed[0] <= now - WHILE:
            return 0
        return (failed[0] + WHILE - now) // 1000 + 1


def _keys(address: str, name: str) -> tuple[tuple[Key, int], ...]:
    return (("address", address), FROM_ADDRESS), (("name", name), FOR_NAME)
