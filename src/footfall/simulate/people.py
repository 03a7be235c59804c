"""Who the shoppers are: identities, browsers, addresses and agents, all functions of a person's number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.simulate.draws import Flags, Ints, Keys, mixed, quota
from footfall.simulate.names import AGENTS
from footfall.simulate.setting import Store

GROUPS = 14
"""A person starts a cart on one day in 14 only, so that no two of their carts can meet."""

REGULARS = 20
"""People who come more than once, for each visitor of a day."""

KEENEST = 0.12
"""Blunts the head of the distribution of visit rates, a power law of exponent -2/3 in rank."""

GUESTS = 0.28
"""Share of visits by people who come for one errand and never again."""

USER_ID = 500_000_000


class Login(IntEnum):
    """When a person's events carry their user id."""

    NEVER = 0
    CHECKOUT = 1
    ALWAYS = 2


@dataclass(frozen=True, slots=True)
class Sessions:
    """A batch of sessions, shape (n,) each.

    Attributes:
        key: unique number.
        person: who; regulars first, guests after.
        device: person x 2, plus 1 for a second device: anonymous id, address and agent depend on it.
        login: a :class:`Login`.
        cookie: whether the browser keeps an anonymous id.
        channel: index into CHANNELS.
        start: time of the first event, UTC microseconds.
        direct: whether it buys without a cart.
    """

    key: Ints
    person: Ints
    device: Ints
    login: npt.NDArray[np.int8]
    cookie: Flags
    channel: npt.NDArray[np.int8]
    start: Ints
    direct: Flags

    def take(self, index: Ints | Flags) -> Sessions:
        """Some of the sessions."""
        return Sessions(*(getattr(self, name)[index] for name in Sessions.__slots__))

    def join(self, *others: Sessions) -> Sessions:
        """These sessions, then the others'."""
        parts = (self, *others)
        return Sessions(*(np.concatenate([getattr(part, name) for part in parts]) for name in Sessions.__slots__))


def regulars(store: Store) -> int:
    """People of a group; the number of regulars is this times GROUPS."""
    return -(-REGULARS * store.visitors // GROUPS)


def heavy(rng: np.random.Generator, store: Store, group: Ints) -> Ints:
    """One regular for each given group: most come once in months, the keenest of each group daily."""
    place = (KEENEST + (1 - KEENEST) * rng.random(len(group))) ** 3 - KEENEST**3
    rank = (regulars(store) * place / (1 - KEENEST**3)).astype(np.int64)
    return rank * GROUPS + group


def numbers(store: Store, day: int, ordinal: Ints) -> Ints:
    """A number of its own for each visit planned on a day."""
    return day * (store.visitors * 8 + 10_000) + ordinal


def guest(store: Store, key: Ints) -> Ints:
    """Somebody never seen before, for each visit's number."""
    return regulars(store) * GROUPS + key


def habits(store: Store, person: Ints) -> tuple[npt.NDArray[np.int8], Flags]:
    """When each person logs in, and whether their browser refuses cookies (guests only)."""
    luck = (mixed(person + salt(store, 1)) & np.uint64(0xFFFF)).astype(np.int64)
    once = person >= regulars(store) * GROUPS
    always = np.where(once, 5_000, 30_000)
    checkout = always + np.where(once, 22_000, 15_000)
    login = np.where(luck < always, Login.ALWAYS, np.where(luck < checkout, Login.CHECKOUT, Login.NEVER))
    return login.astype(np.int8), once & (luck % 32 == 0) & (login != Login.ALWAYS)


def salt(store: Store, purpose: int) -> np.int64:
    """A number below 2 to the power 62 that sets apart what is derived from the same numbers."""
    return np.int64(int(mixed(np.array([store.seed * 16 + purpose]))[0] >> np.uint64(2)))


def user_ids(person: Ints) -> pa.Array:
    """The user id of each person, as text."""
    return pc.cast(pa.array(USER_ID + person), pa.string())


def anonymous_ids(store: Store, device: Ints) -> pa.Array:
    """The anonymous id of each device, as text: 16 hexadecimal digits."""
    return hexadecimal(mixed(device + salt(store, 2)))


def addresses(store: Store, device: Ints) -> npt.NDArray[np.uint32]:
    """The IPv4 address of each device, in ranges that belong to nobody: 100.64/10 (4 of 5) and 198.18/15."""
    luck = mixed(device + salt(store, 3))
    wide = np.uint64(0x64400000) + (luck & np.uint64(0x3FFFFF))
    narrow = np.uint64(0xC6120000) + (luck & np.uint64(0x1FFFF))
    return np.where((luck >> np.uint64(32)) % np.uint64(5) > 0, wide, narrow).astype(np.uint32)


def address_texts(address: npt.NDArray[np.uint32]) -> pa.Array:
    """Addresses in dotted notation."""
    octets = [(address >> np.uint32(shift)) & np.uint32(255) for shift in (24, 16, 8, 0)]
    return pc.binary_join_element_wise(*(pc.cast(pa.array(octet), pa.string()) for octet in octets), ".")


def agents(store: Store, device: Ints) -> npt.NDArray[np.int32]:
    """Index into the list of user agents, of each device."""
    return _AGENT[(mixed(device + salt(store, 4)) & np.uint64(0xFFFF)).astype(np.int64)]


def session_ids(store: Store, key: Ints) -> pa.Array:
    """A version 4 UUID for each session's number, as text."""
    high, low = mixed(key + salt(store, 5)), mixed(key + salt(store, 6))
    high = (high & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x4000)
    low = (low & np.uint64(0x3FFFFFFFFFFFFFFF)) | np.uint64(0x8000000000000000)
    text = np.full((len(key), 36), ord("-"), dtype=np.uint8)
    text[:, _UUID_PLACES] = np.hstack([_digits(high), _digits(low)])
    return _texts(text)


def hexadecimal(numbers: Keys) -> pa.Array:
    """64-bit numbers as 16 hexadecimal digits."""
    return _texts(_digits(numbers))


def _digits(numbers: Keys) -> npt.NDArray[np.uint8]:
    octets = numbers.astype(">u8").view(np.uint8)
    return _HEX[octets].view(np.uint8).reshape(len(numbers), 16)


def _texts(letters: npt.NDArray[np.uint8]) -> pa.Array:
    rows, width = letters.shape
    ends = np.arange(0, rows * width + 1, width, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(letters)))


_AGENT = quota(np.array(list(AGENTS.values())))
_HEX = np.frombuffer(b"".join(b"%02x" % value for value in range(256)), dtype=np.uint16)
_UUID_PLACES = np.array([place for place in range(36) if place not in (8, 13, 18, 23)])
