"""Accounts and sessions in the table of incidents; what people did is on the trail beside them."""

from __future__ import annotations

import time
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from boto3.dynamodb.conditions import Key

from footfall.aws import incident_items as items
from footfall.aws.table import Table
from footfall.web.access_store import Account, Role

ACCESS, SESSION = "access", "session"


class Accesses:
    """The access store of a deployment: see ``web.access_store.AccessStore``.

    A session names the writing of its account, so that it ends when the account is replaced or removed.

    Args:
        table: name of the DynamoDB table of incidents.
        clock: the time, seconds, for when sessions expire.
    """

    def __init__(self, table: str, clock: Callable[[], float] = time.time) -> None:
        self._table = Table(table, clock)

    def accounts(self) -> list[Account]:
        """Everybody, by name."""
        found = self._table.query(Key(items.OWNER).eq(ACCESS))
        return [_account(item) for item in sorted(found, key=lambda item: item["name"])]

    def keep(self, account: Account) -> None:
        """A new account, or one of its name replaced; its sessions end."""
        said = {"name": account.name, "role": str(account.role), "secret": account.secret}
        self._table.put(_place(account.name), {**said, "writing": token_hex(8)})

    def remove(self, name: str) -> bool:
        """Ends an account and its sessions; whether there was one."""
        there = self._table.get(_place(name)) is not None
        self._table.drop(_place(name))
        return there

    def open(self, digest: str, name: str, until: int) -> None:
        """Begins a session, known by its token's digest, until a moment, ms."""
        account = self._table.get(_place(name)) or {}
        said = {"name": name, "writing": account.get("writing", ""), "until": until}
        self._table.put(_session(digest), {**said, items.EXPIRES: until // 1000 + 1})

    def session(self, digest: str, now: int) -> Account | None:
        """Whose session it is; None where there is none, or it has ended."""
        found = self._table.get(_session(digest))
        if found is None or int(found["until"]) <= now:
            return None
        account = self._table.get(_place(found["name"]))
        return _account(account) if account and account["writing"] == found["writing"] else None

    def close(self, digest: str) -> None:
        """Ends a session."""
        self._table.drop(_session(digest))


def _place(name: str) -> items.Key:
    return items.key(ACCESS, f"account#{name}")


def _session(digest: str) -> items.Key:
    return items.key(f"{SESSION}#{digest}", SESSION)


def _account(item: dict[str, Any]) -> Account:
    return Account(item["name"], Role(item["role"]), item["secret"])
