"""How incidents, alerts, verdicts and notes lie in one DynamoDB table: keys, indexes, items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from footfall import verdict_row
from footfall.incident import Alert, Incident, Severity, Subject, Verdict
from footfall.ports import Deed, Note

OWNER, PART = "owner", "part"
"""The table's key: whose item it is (an incident's, an alert's, a state's), and which part of it."""
KIND, AT = "kind", "at"
OF, PLACE = "of", "place"
MEMBERS = "members"
EXPIRES = "expires"
INCIDENT, ALERT, VERDICT, MOMENT, NOTE, STATE = "incident", "alert", "verdict", "moment", "note", "state"
DEED = "deed"
"""What people did, to incidents or otherwise, by its time."""
TEXT = 800
"""Characters of a text in evidence: five samples and twenty of the commonest values fit into an item."""
DAY = 86_400
KEPT = 400 * DAY
"""Seconds after its last change for which an item is kept."""


class Index(NamedTuple):
    """A secondary index: its name, its key, whether its order is a number."""

    name: str
    owner: str
    order: str
    counts: bool


BY_KIND = Index("by_kind", KIND, AT, True)
"""Incidents by their update, verdicts by their beginning, notes by their time."""
BY_INCIDENT = Index("by_incident", OF, PLACE, False)
"""Alerts in the order in which they were first told."""
INDEXES = (BY_KIND, BY_INCIDENT)

Item = dict[str, Any]
Key = dict[str, str]


def key(owner: str, part: str) -> Key:
    """The key of an item."""
    return {OWNER: owner, PART: part}


def incident_key(incident: str) -> Key:
    """Where an incident lies; its verdicts, moments and notes have the same owner."""
    return key(f"{INCIDENT}#{incident}", INCIDENT)


def alert_key(alert: str) -> Key:
    """Where an alert lies: apart from its incident, of which it may not know yet."""
    return key(f"{ALERT}#{alert}", ALERT)


def verdict_key(verdict: Verdict) -> Key:
    """Where a verdict lies."""
    return key(f"{INCIDENT}#{verdict.incident}", f"{VERDICT}#{verdict.id}")


def moment_key(incident: str, at: int, what: str, who: str = "") -> Key:
    """Where a moment of an incident lies, in order of time."""
    return key(f"{INCIDENT}#{incident}", f"{MOMENT}#{at:020}#{who}#{what}")


def note_key(incident: str, what: str) -> Key:
    """Where a note lies."""
    return key(f"{INCIDENT}#{incident}", f"{NOTE}#{what}")


def said_of(incident: Incident) -> Item:
    """What the guard says of an incident; what people did is in attributes of its own."""
    return {
        KIND: INCIDENT,
        AT: incident.updated,
        "id": incident.id,
        "rule": incident.rule,
        "version": incident.version,
        "subject_kind": incident.subject_kind,
        "opened": incident.opened,
        "closed": incident.closed,
        "severity": str(incident.severity),
        "score": incident.score,
        "subjects": incident.subjects,
        "headline": incident.headline,
        "evidence": _json(_cut(incident.evidence)),
    }


def incident_of(item: Mapping[str, Any], alerts: list[str]) -> Incident:
    """The incident in an item, with what people did."""
    return Incident(
        id=item["id"],
        rule=item["rule"],
        version=int(item["version"]),
        subject_kind=item["subject_kind"],
        opened=int(item["opened"]),
        updated=int(item[AT]),
        closed=_whole(item.get("closed")),
        severity=Severity(item["severity"]),
        score=int(item["score"]),
        alerts=alerts,
        subjects=int(item["subjects"]),
        headline=item["headline"],
        evidence=msgspec.json.decode(item["evidence"]),
        acknowledged=msgspec.json.decode(item.get("acknowledged", "{}")),
        muted_until=_whole(item.get("muted_until")),
        resolved=msgspec.json.decode(item.get("resolved", "{}")),
    )


def said_of_alert(alert: Alert) -> Item:
    """An alert but for its members, and how many it has; its incident is told apart."""
    body = _json(replace(alert, members=(), evidence=_cut(alert.evidence)))
    return {KIND: ALERT, AT: alert.first, "id": alert.id, "body": body, MEMBERS: len(alert.members)}


def alert_of(item: Mapping[str, Any], members: tuple[Subject, ...]) -> Alert:
    """The alert in an item, with its members."""
    return replace(msgspec.json.decode(item["body"], type=Alert), members=members)


def said_of_verdict(verdict: Verdict) -> Item:
    """A verdict; whether it was withdrawn is told apart."""
    row = verdict_row.row_of(verdict)
    del row["withdrawn"]
    return {KIND: VERDICT, AT: row.pop("valid_from"), **row}


def verdict_of(item: Mapping[str, Any]) -> Verdict:
    """The verdict in an item."""
    return verdict_row.verdict_of({"withdrawn": None, **item, "valid_from": item[AT]})


def said_of_note(note: Note) -> Item:
    """A note that waits to be told."""
    return {
        KIND: f"{NOTE}#waiting",
        AT: note.at,
        "incident": note.incident,
        "what": note.what,
        "severity": note.severity,
        "title": note.title,
        "body": note.body,
    }


def note_of(item: Mapping[str, Any]) -> Note:
    """The note in an item."""
    return Note(item["incident"], item["what"], int(item[AT]), item["severity"], item["title"], item["body"])


def said_of_deed(deed: Deed) -> Item:
    """What somebody did."""
    said = {"who": deed.who, "what": deed.what, "about": deed.about, "note": deed.note}
    return {KIND: DEED, AT: deed.at, **said}


def deed_of(item: Mapping[str, Any]) -> Deed:
    """The deed in an item."""
    return Deed(int(item[AT]), item["who"], item["what"], item["about"], item["note"])


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _cut(value: Any) -> Any:
    """Evidence with its texts cut: who attacks chooses them, and an item that is too large would stop everything."""
    if isinstance(value, str):
        return value if len(value) <= TEXT else value[: TEXT - 1] + "…"
    if isinstance(value, Mapping):
        return {name: _cut(each) for name, each in value.items()}
    return [_cut(each) for each in value] if isinstance(value, list | tuple) else value


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
