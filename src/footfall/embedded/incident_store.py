"""Incidents kept in SQLite: each step of the guard whole or not at all, read by other processes meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import RLock
from typing import Any

import msgspec

from footfall.embedded import guard_tables as tables
from footfall.incident import Alert, Incident, Verdict
from footfall.layout import Layout
from footfall.ports import FootfallError, GuardChanges, Moment
from footfall.verdict_row import row_of, verdict_of

PATIENCE = 30.0
"""Seconds to wait for another process that writes."""
NEXT = "`footfall incidents list` shows them all."


class EmbeddedIncidents:
    """The incident store of a home: see ``ports.IncidentStore``; nothing is created until something is written."""

    def __init__(self, layout: Layout) -> None:
        self._path = layout.incidents
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def apply(self, changes: GuardChanges) -> None:
        """Keeps one step of the guard in one transaction; what people did stays."""
        with self.writing() as connection:
            connection.executemany(tables.PUT_INCIDENT, map(tables.row_of_incident, changes.incidents))
            connection.executemany(tables.PUT_ALERT, (tables.row_of_alert(*alert) for alert in changes.alerts))
            connection.executemany(tables.PUT_VERDICT, map(row_of, changes.verdicts))
            connection.executemany("INSERT OR IGNORE INTO moments(incident, what, at) VALUES (?, ?, ?)", changes.events)
            gone = [(at, key) for key, what, at in changes.events if what == "withdrawn"]
            connection.executemany(
                "UPDATE incidents SET withdrawn = 1, closed = coalesce(closed, ?) WHERE id = ?", gone
            )
            connection.executemany(tables.PUT_NOTE, map(asdict, changes.notes))
            connection.executemany("INSERT OR REPLACE INTO states VALUES (?, ?)", sorted(changes.states.items()))
            if changes.verdicts:
                connection.execute(tables.WITHDRAW)

    def state(self, name: str) -> bytes | None:
        """The snapshot kept last under a name."""
        rows = self.read("SELECT value FROM states WHERE name = ?", (name,))
        return bytes(rows[0]["value"]) if rows else None

    def incident(self, key: str) -> Incident:
        """One incident by its id or the beginning of it.

        Raises:
            FootfallError: there is none, or more than one.
        """
        rows = self.read("SELECT * FROM incidents WHERE substr(id, 1, length(:key)) = :key LIMIT 2", {"key": key})
        if len(rows) > 1:
            raise FootfallError(f"More than one incident begins with {key!r}; {NEXT}")
        if not rows:
            raise FootfallError(f"There is no incident {key!r}; {NEXT}")
        return self._whole(rows[0])

    def incidents(
        self, *, going: bool = False, rule: str | None = None, since: int | None = None, withdrawn: bool = False
    ) -> list[Incident]:
        """Incidents, the latest first; ``going``: neither closed nor resolved; ``withdrawn``: empty warnings too."""
        rows = self.read(
            """SELECT * FROM incidents
               WHERE (NOT :going OR closed IS NULL AND resolved = '{}') AND (:rule IS NULL OR rule = :rule)
                 AND (:since IS NULL OR updated >= :since) AND (:withdrawn OR NOT withdrawn)
               ORDER BY updated DESC, id""",
            {"going": going, "rule": rule, "since": since, "withdrawn": withdrawn},
        )
        if len(rows) == 1:
            return [self._whole(rows[0])]
        alerts: dict[str, list[str]] = {row["id"]: [] for row in rows}
        for alert in self.read("SELECT incident, id FROM alerts ORDER BY rowid") if rows else ():
            if alert["incident"] in alerts:
                alerts[alert["incident"]].append(alert["id"])
        return [tables.incident_of(row, alerts[row["id"]]) for row in rows]

    def alerts(self, incident: str) -> list[Alert]:
        """The alerts of an incident, oldest first, with all their evidence."""
        return [
            tables.alert_of(row)
            for row in self.read("SELECT body FROM alerts WHERE incident = ? ORDER BY rowid", (incident,))
        ]

    def timeline(self, incident: str) -> list[Moment]:
        """What happened to an incident, in order."""
        rows = self.read(
            "SELECT at, what, who, note FROM moments WHERE incident = ? ORDER BY at, who, what", (incident,)
        )
        return [Moment(*row) for row in rows]

    def verdicts(self, *, standing: bool = True, incident: str | None = None) -> list[Verdict]:
        """Verdicts, oldest first: those that were not withdrawn unless told otherwise."""
        rows = self.read(
            """SELECT * FROM verdicts
               WHERE (NOT :standing OR withdrawn IS NULL) AND (:incident IS NULL OR incident = :incident)
               ORDER BY valid_from, id""",
            {"standing": standing, "incident": incident},
        )
        return [verdict_of(row) for row in rows]

    def acknowledge(self, key: str, who: str, when: int, note: str = "") -> Incident:
        """Somebody looks after it."""
        said = _said(who, when, note)
        return self._act(key, "acknowledged", said, "acknowledged = :said", {"said": _json(said)})

    def mute(self, key: str, who: str, when: int, until: int, note: str = "") -> Incident:
        """No notification of its rule and kind of subject before ``until``.

        Raises:
            FootfallError: the end lies behind.
        """
        if until <= when:
            raise FootfallError("A mute ends in the future: footfall incidents mute ID --for 2h.")
        return self._act(key, "muted", _said(who, when, note), "muted_until = :until", {"until": until})

    def resolve(self, key: str, who: str, when: int, note: str = "", mistaken: bool = False) -> Incident:
        """A person closes it; where it was mistaken its verdicts are withdrawn, and the next build restates."""
        said = {**_said(who, when, note), "mistaken": mistaken}
        return self._act(key, "resolved", said, "resolved = :said", {"said": _json(said)})

    def _act(self, key: str, what: str, said: Mapping[str, Any], change: str, values: Mapping[str, Any]) -> Incident:
        incident = self.incident(key)
        moment = (incident.id, said["when"], what, said["who"], said["note"])
        with self.writing() as connection:
            connection.execute(f"UPDATE incidents SET {change} WHERE id = :id", {**values, "id": incident.id})
            connection.execute("INSERT OR REPLACE INTO moments VALUES (?, ?, ?, ?, ?)", moment)
            connection.execute(tables.WITHDRAW)
        return self.incident(incident.id)

    def _whole(self, row: sqlite3.Row) -> Incident:
        alerts = self.read("SELECT id FROM alerts WHERE incident = ? ORDER BY rowid", (row["id"],))
        return tables.incident_of(row, [alert["id"] for alert in alerts])

    def version(self) -> tuple[int, int]:
        """Changes with every write, by whatever process; without reading anything."""
        if not self._path.exists():
            return (0, 0)
        with self._lock, self._told():
            connection = self._open()
            return int(connection.execute("PRAGMA data_version").fetchone()[0]), connection.total_changes

    def read(self, sql: str, values: Any = ()) -> list[sqlite3.Row]:
        """The rows of a query; none where nothing was ever written."""
        if not self._path.exists():
            return []
        with self._lock, self._told():
            return self._open().execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when it ends; undone when anything in it fails."""
        with self._lock, self._told():
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _connected(self._path)
        return self._connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Says in a sentence what SQLite cannot do."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            what = "is full or cannot be written" if isinstance(error, sqlite3.OperationalError) else "is damaged"
            raise FootfallError(f"{self._path} {what} ({error}); `footfall doctor` looks for causes.") from error


def standing_verdicts(layout: Layout) -> list[Verdict]:
    """The verdicts of a home that were not withdrawn, oldest first."""
    store = EmbeddedIncidents(layout)
    try:
        return store.verdicts()
    finally:
        store.close()


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(tables.SCHEMA)
    return connection


def _said(who: str, when: int, note: str) -> dict[str, Any]:
    return {"who": who, "when": when, "note": note}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
