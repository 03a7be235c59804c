"""Telling people: every note to the topic at least once, none of what is muted or was resolved meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from footfall.aws import incident_items as items
from footfall.aws.incident_store import Incidents
from footfall.incident import Incident
from footfall.ports import FootfallError, Note

LONGEST_SUBJECT = 100


class Herald:
    """Takes waiting notes to an SNS topic: see ``ports.Notifier``.

    A note waits until the topic has it; after a crash between telling and noting it down it is told twice, under the
    same id. How many messages a channel gets is the channel's matter: the topic's subscribers filter by severity.

    Args:
        store: where the notes wait.
        topic: ARN.
    """

    def __init__(self, store: Incidents, topic: str) -> None:
        self._store, self._topic, self._sns = store, topic, boto3.client("sns")

    def deliver(self, now: int) -> int:
        """Sends what waits at ``now`` (wall clock, ms); gives how many notes still wait.

        Raises:
            FootfallError: the store cannot be read or written.
        """
        waiting = self._store.waiting()
        muted = set(self._muted(now)) if waiting else set()
        left = 0
        for item in waiting:
            incident = self._store.incident(item["incident"])
            if incident.resolved:
                self._store.told(item, "resolved")
            elif (incident.rule, incident.subject_kind) in muted:
                self._store.told(item, "muted")
            elif self._publish(items.note_of(item), incident):
                self._store.told(item, "sent")
            else:
                left += 1
        return left

    def _muted(self, now: int) -> Iterator[tuple[str, str]]:
        for incident in self._store.incidents(withdrawn=True):
            if incident.muted_until is not None and incident.muted_until > now:
                yield incident.rule, incident.subject_kind

    def _publish(self, note: Note, incident: Incident) -> bool:
        try:
            self._sns.publish(
                TopicArn=self._topic,
                Subject=_subject(note.title),
                Message=msgspec.json.encode(message(note, incident)).decode(),
                MessageAttributes={"severity": _attribute(note.severity), "what": _attribute(note.what)},
            )
        except (BotoCoreError, ClientError):
            return False
        return True


def message(note: Note, incident: Incident) -> Mapping[str, Any]:
    """What subscribers get, as JSON; ``id`` is the same however often it is told."""
    return {
        "id": f"{note.incident}/{note.what}",
        "incident": note.incident,
        "what": note.what,
        "at": note.at,
        "severity": note.severity,
        "rule": incident.rule,
        "title": note.title,
        "body": note.body,
    }


def note_of(text: str) -> Note:
    """The note in a message.

    Raises:
        FootfallError: it is no message of ours.
    """
    try:
        return msgspec.json.decode(text, type=Note)
    except msgspec.MsgspecError as error:
        raise FootfallError(f"This message is none of Footfall's ({error}).") from error


def _subject(title: str) -> str:
    """A title as SNS takes it: ASCII, one line, not long."""
    plain = " ".join(title.encode("ascii", "replace").decode().split())
    return plain[:LONGEST_SUBJECT]


def _attribute(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}
