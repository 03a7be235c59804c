"""Passwords: argon2id with the least memory that is held to be safe, for many may log in to a small machine."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST, MOST = 10, 1_000
"""Characters of a password."""


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(password)


def matches(secret: str | None, password: str) -> bool:
    """Whether a password is the one; takes as long where there is none to compare with."""
    try:
        return _hasher().verify(secret or _decoy(), password) and secret is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _decoy() -> str:
    return hashed("nobody's")
