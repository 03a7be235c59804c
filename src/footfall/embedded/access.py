"""Accounts, sessions and the trail in a SQLite file that only its owner may read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from footfall.layout import Layout
from footfall.ports import Deed, FootfallError
from footfall.web.access_store import Account, Role

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts(name TEXT PRIMARY KEY, role TEXT NOT NULL, secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions(digest TEXT PRIMARY KEY, name TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trail(
  at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, about TEXT NOT NULL, note TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS trail_by_time ON trail(at);
"""
PATIENCE = 10.0
"""Seconds to wait for another process that writes."""


class EmbeddedAccess:
    """The access store of a home: see ``web.access_store.AccessStore``; nothing is created until something is kept."""

    def __init__(self, layout: Layout) -> None:
        self._path = layout.access

    def accounts(self) -> list[Account]:
        """Everybody, by name."""
        rows = self._read("SELECT name, role, secret FROM accounts ORDER BY name")
        return [Account(row[0], Role(row[1]), row[2]) for row in rows]

    def keep(self, account: Account) -> None:
        """A new account, or one of its name replaced; its sessions end."""
        with self._writing() as connection:
            row = (account.name, str(account.role), account.secret)
            connection.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?)", row)
            connection.execute("DELETE FROM sessions WHERE name = ?", (account.name,))

    def remove(self, name: str) -> bool:
        """Ends an account and its sessions; whether there was one."""
        with self._writing() as connection:
            connection.execute("DELETE FROM sessions WHERE name = ?", (name,))
            return connection.execute("DELETE FROM accounts WHERE name = ?", (name,)).rowcount > 0

    def open(self, digest: str, name: str, until: int) -> None:
        """Begins a session, known by its token's digest, until a moment, ms."""
        with self._writing() as connection:
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (digest, name, until))

    def session(self, digest: str, now: int) -> Account | None:
        """Whose session it is; None where there is none, or it has ended."""
        sql = """SELECT name, role, secret FROM sessions JOIN accounts USING (name) WHERE digest = ? AND until > ?"""
        rows = self._read(sql, (digest, now))
        return Account(rows[0][0], Role(rows[0][1]), rows[0][2]) if rows else None

    def close(self, digest: str) -> None:
        """Ends a session."""
        with self._writing() as connection:
            connection.execute("DELETE FROM sessions WHERE digest = ?", (digest,))

    def record(self, deed: Deed) -> None:
        """Puts a deed on the trail; sessions that ended before it are forgotten."""
        with self._writing() as connection:
            row = (deed.at, deed.who, deed.what, deed.about, deed.note)
            connection.execute("INSERT INTO trail VALUES (?, ?, ?, ?, ?)", row)
            connection.execute("DELETE FROM sessions WHERE until < ?", (deed.at,))

    def trail(self, most: int) -> list[Deed]:
        """What was recorded, the latest first."""
        rows = self._read("SELECT at, who, what, about, note FROM trail ORDER BY at DESC, rowid DESC LIMIT ?", (most,))
        return [Deed(*row) for row in rows]

    def _read(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        if not self._path.exists():
            return []
        with self._opened() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        fresh = not self._path.exists()
        try:
            if fresh:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                if fresh or not connection.execute("PRAGMA schema_version").fetchone()[0]:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript(SCHEMA)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise FootfallError(f"{self._path} cannot be used ({error}); is the disk full or read-only?") from error
