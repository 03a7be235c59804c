"""Telling people: a durable outbox, every channel at least once, and never a storm."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from footfall.channels import Send, tell
from footfall.config import Alerts
from footfall.embedded.incident_store import EmbeddedIncidents

FIRST_WAIT = 10_000
LONGEST_WAIT = 3_600_000
HOUR = 3_600_000

DUE = """
SELECT rowid AS number, * FROM outbox WHERE state = 'waiting' AND due <= :now
ORDER BY severity <> 'critical', at, rowid
"""
MUTE = """
UPDATE outbox SET state = 'muted' WHERE state = 'waiting' AND incident IN (
  SELECT one.id FROM incidents AS one JOIN incidents AS other ON other.rule = one.rule AND other.kind = one.kind
  WHERE other.muted_until > :now)
"""
HUSH = """
UPDATE outbox SET state = 'resolved'
WHERE state = 'waiting' AND incident IN (SELECT id FROM incidents WHERE resolved <> '{}')
"""


@dataclass(frozen=True, slots=True)
class _Message:
    """Rows of the outbox that are told in one."""

    rows: Sequence[sqlite3.Row]

    @property
    def title(self) -> str:
        """What stands above."""
        if len(self.rows) == 1:
            return str(self.rows[0]["title"])
        return f"[{self.rows[0]['severity']}] {len(self.rows):,} messages in one: {self.rows[0]['title']}"

    def text(self, page: str) -> str:
        """What there is to say, with a link where there is a dashboard."""
        if len(self.rows) > 1:
            return "\n".join(f"{row['title']}{_link(page, row['incident'])}" for row in self.rows)
        return f"{self.rows[0]['body']}{_link(page, self.rows[0]['incident'])}"


class Postman:
    """Takes the outbox to the channels of the settings: see ``ports.Notifier``.

    A row stays until every channel has it; after a crash between sending and noting it down a channel hears it twice.
    """

    def __init__(self, store: EmbeddedIncidents, alerts: Alerts, send: Send | None = None) -> None:
        self._store = store
        self._alerts = alerts
        self._send = tell if send is None else send

    def deliver(self, now: int) -> int:
        """Sends what is due at ``now`` (wall clock, ms); gives how many rows still wait.

        Raises:
            FootfallError: the store cannot be read or written.
        """
        if self._store.read("SELECT 1 FROM outbox WHERE state = 'waiting' LIMIT 1"):
            with self._store.writing() as connection:
                connection.execute(MUTE, {"now": now})
                connection.execute(HUSH)
            for message in self._messages(now):
                self._tell(message, now)
        return len(self._store.read("SELECT 1 FROM outbox WHERE state = 'waiting'"))

    def _messages(self, now: int) -> list[_Message]:
        """What is due, one by one while the hour allows, the rest in one; nothing once the hour is full."""
        due = self._store.read(DUE, {"now": now})
        sent = self._store.read("SELECT count(DISTINCT message) AS n FROM outbox WHERE sent > ?", (now - HOUR,))
        left = self._alerts.an_hour - int(sent[0]["n"] if sent else 0)
        if len(due) <= left:
            return [_Message([row]) for row in due]
        alone = max(0, left - 1)
        return [*(_Message([row]) for row in due[:alone]), *([_Message(due[alone:])] if left > 0 else [])]

    def _tell(self, message: _Message, now: int) -> None:
        """One message to every channel that has not had it; what fails is tried again later, longer each time."""
        targets, text = self._alerts.targets, message.text(self._alerts.page)
        left = {row["number"]: _left(row, targets) for row in message.rows}
        wanted = [target for target in targets if any(target in rest for rest in left.values())]
        tried = {target: self._send(target, message.title, text) for target in wanted}
        failed = {target: error for target, error in tried.items() if error}
        with self._store.writing() as connection:
            for row in message.rows:
                rest = [target for target in left[row["number"]] if target in failed]
                connection.execute(
                    """UPDATE outbox SET state = :state, left_to_tell = :rest, tries = tries + 1, due = :due,
                       sent = :sent, message = :message, error = :error WHERE rowid = :number""",
                    {
                        "state": "waiting" if rest else "sent",
                        "rest": " ".join(map(_tag, rest)),
                        "due": now + wait_after(row["tries"] + 1) if rest else row["due"],
                        "sent": None if len(rest) == len(targets) else now,
                        "message": message.rows[0]["number"],
                        "error": "; ".join(failed[target] for target in rest),
                        "number": row["number"],
                    },
                )


def wait_after(tries: int) -> int:
    """How long to wait after so many tries in vain: 10 s, twice as long each time, an hour at most.

    >>> [wait_after(tries) // 1000 for tries in (1, 2, 3, 20)]
    [10, 20, 40, 3600]
    """
    return min(LONGEST_WAIT, FIRST_WAIT << min(tries - 1, 16))


def _left(row: sqlite3.Row, targets: Sequence[str]) -> list[str]:
    """The channels that a row is still for: all of today's that are not told yet."""
    if row["left_to_tell"] is None:
        return list(targets)
    return [target for target in targets if _tag(target) in row["left_to_tell"].split()]


def _tag(target: str) -> str:
    """A short name of a channel: addresses may hold passwords and are not written down."""
    return blake2b(target.encode(), digest_size=6).hexdigest()


def _link(page: str, incident: str) -> str:
    return f"\n{page.rstrip('/')}/incidents/{incident}" if page else ""
