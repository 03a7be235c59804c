"""The tables of the incident store, and how incidents and alerts lie in their rows."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from footfall.incident import Alert, Incident, Severity

SCHEMA = """
CREATE TABLE IF NOT EXISTS incidents(
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL,
  opened INTEGER NOT NULL, updated INTEGER NOT NULL, closed INTEGER, severity TEXT NOT NULL, score INTEGER NOT NULL,
  subjects INTEGER NOT NULL, headline TEXT NOT NULL, evidence TEXT NOT NULL,
  withdrawn INTEGER NOT NULL DEFAULT 0, acknowledged TEXT NOT NULL DEFAULT '{}', muted_until INTEGER,
  resolved TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS incidents_by_update ON incidents(updated);
CREATE TABLE IF NOT EXISTS alerts(
  id TEXT PRIMARY KEY, incident TEXT NOT NULL, first INTEGER NOT NULL, ended INTEGER, provisional INTEGER NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS alerts_of_an_incident ON alerts(incident);
CREATE TABLE IF NOT EXISTS verdicts(
  id TEXT PRIMARY KEY, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL, incident TEXT NOT NULL, rule TEXT NOT NULL, version INTEGER NOT NULL, class TEXT NOT NULL,
  threat TEXT NOT NULL, confidence INTEGER NOT NULL, evidence TEXT NOT NULL, withdrawn INTEGER);
CREATE INDEX IF NOT EXISTS verdicts_of_an_incident ON verdicts(incident);
CREATE TABLE IF NOT EXISTS moments(
  incident TEXT NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '', PRIMARY KEY (incident, at, what, who)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox(
  incident TEXT NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL, severity TEXT NOT NULL, title TEXT NOT NULL,
  body TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', left_to_tell TEXT, tries INTEGER NOT NULL DEFAULT 0,
  due INTEGER NOT NULL DEFAULT 0, sent INTEGER, message INTEGER, error TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (incident, what));
CREATE TABLE IF NOT EXISTS states(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""

PUT_INCIDENT = """
INSERT INTO incidents(id, rule, version, kind, opened, updated, closed, severity, score, subjects, headline, evidence)
VALUES (:id, :rule, :version, :kind, :opened, :updated, :closed, :severity, :score, :subjects, :headline, :evidence)
ON CONFLICT(id) DO UPDATE SET opened = excluded.opened, updated = excluded.updated, closed = excluded.closed,
  severity = excluded.severity, score = excluded.score, subjects = excluded.subjects, headline = excluded.headline,
  evidence = excluded.evidence
"""
PUT_ALERT = """
INSERT INTO alerts(id, incident, first, ended, provisional, body)
VALUES (:id, :incident, :first, :ended, :provisional, :body)
ON CONFLICT(id) DO UPDATE SET incident = coalesce(nullif(excluded.incident, ''), incident), first = excluded.first,
  ended = excluded.ended, provisional = excluded.provisional, body = excluded.body
"""
PUT_VERDICT = """
INSERT INTO verdicts VALUES (:id, :subject_kind, :subject, :valid_from, :valid_to, :incident, :rule, :version, :class,
  :threat, :confidence, :evidence, :withdrawn)
ON CONFLICT(id) DO UPDATE SET valid_from = excluded.valid_from, valid_to = excluded.valid_to,
  confidence = excluded.confidence, evidence = excluded.evidence,
  withdrawn = coalesce(verdicts.withdrawn, excluded.withdrawn)
"""
WITHDRAW = """
UPDATE verdicts
SET withdrawn = (SELECT json_extract(resolved, '$.when') FROM incidents WHERE incidents.id = verdicts.incident)
WHERE withdrawn IS NULL AND incident IN (SELECT id FROM incidents WHERE json_extract(resolved, '$.mistaken'))
"""
PUT_NOTE = """
INSERT OR IGNORE INTO outbox(incident, what, at, severity, title, body)
VALUES (:incident, :what, :at, :severity, :title, :body)
"""


def row_of_incident(incident: Incident) -> dict[str, Any]:
    """What the guard says of an incident; what people did is not in it."""
    return {
        "id": incident.id,
        "rule": incident.rule,
        "version": incident.version,
        "kind": incident.subject_kind,
        "opened": incident.opened,
        "updated": incident.updated,
        "closed": incident.closed,
        "severity": str(incident.severity),
        "score": incident.score,
        "subjects": incident.subjects,
        "headline": incident.headline,
        "evidence": _json(incident.evidence),
    }


def row_of_alert(incident: str, alert: Alert) -> dict[str, Any]:
    """An alert with the id of its incident."""
    return {
        "id": alert.id,
        "incident": incident,
        "first": alert.first,
        "ended": alert.ended,
        "provisional": alert.provisional,
        "body": _json(alert),
    }


def incident_of(row: sqlite3.Row, alerts: list[str]) -> Incident:
    """The incident in a row."""
    return Incident(
        id=row["id"],
        rule=row["rule"],
        version=row["version"],
        subject_kind=row["kind"],
        opened=row["opened"],
        updated=row["updated"],
        closed=row["closed"],
        severity=Severity(row["severity"]),
        score=row["score"],
        alerts=alerts,
        subjects=row["subjects"],
        headline=row["headline"],
        evidence=msgspec.json.decode(row["evidence"]),
        acknowledged=msgspec.json.decode(row["acknowledged"]),
        muted_until=row["muted_until"],
        resolved=msgspec.json.decode(row["resolved"]),
    )


def alert_of(row: sqlite3.Row) -> Alert:
    """The alert in a row."""
    return msgspec.json.decode(row["body"], type=Alert)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
