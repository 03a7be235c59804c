"""Who may see the dashboard, as a plane keeps it: accounts and their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What an account may do: see everything, or act as well."""

    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Account:
    """A person; ``secret`` is the password's argon2id hash."""

    name: str
    role: Role
    secret: str


class AccessStore(Protocol):
    """Accounts and sessions; every call may come from any thread, and is durable when it returns."""

    def accounts(self) -> list[Account]:
        """Everybody, by name."""

    def keep(self, account: Account) -> None:
        """A new account, or one of its name replaced; its sessions end."""

    def remove(self, name: str) -> bool:
        """Ends an account and its sessions; whether there was one."""

    def open(self, digest: str, name: str, until: int) -> None:
        """Begins a session, known by its token's digest, until a moment, ms."""

    def session(self, digest: str, now: int) -> Account | None:
        """Whose session it is; None where there is none, or it has ended."""

    def close(self, digest: str) -> None:
        """Ends a session."""
