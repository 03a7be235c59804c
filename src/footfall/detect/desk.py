"""The desk to which findings come: alerts, incidents and verdicts in one step, kept whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from footfall.detect.alerts import Alerts, Change, Look, Manner, What
from footfall.detect.incidents import Incidents, Outcome
from footfall.detect.verdicts import Asked, Places, Verdicts, nothing, nowhere
from footfall.incident import Alert, Finding, Verdict
from footfall.ports import GuardChanges


class Desk:
    """Findings in, what is to be kept and told out.

    Args:
        manners: of every rule, by its id.
    """

    def __init__(self, manners: Mapping[str, Manner]) -> None:
        self._alerts, self._incidents, self._verdicts = Alerts(manners), Incidents(manners), Verdicts(manners)

    def take(
        self,
        findings: Iterable[Finding],
        upto: int,
        look: Look | None = None,
        purchases: Asked = nothing,
        people: Asked = nothing,
        places: Places = nowhere,
    ) -> GuardChanges:
        """Takes findings of closed windows, in order of ``until``; see ``Alerts.take`` and ``Verdicts.take``."""
        changes = self._alerts.take(findings, upto, look)
        outcome = self._incidents.take(changes)
        return _kept(changes, outcome, self._verdicts.take(changes, outcome.of, purchases, people, places))

    def warn(self, findings: Iterable[Finding], look: Look | None = None) -> GuardChanges:
        """Takes early findings: they may tell people, and judge nobody."""
        changes = self._alerts.warn(findings, look)
        return _kept(changes, self._incidents.take(changes), [])

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        parts = (self._alerts, self._incidents, self._verdicts)
        return msgspec.json.encode([msgspec.Raw(part.snapshot()) for part in parts])

    def restore(self, snapshot: bytes) -> None:
        """Goes on where a snapshot was taken."""
        alerts, incidents, verdicts = msgspec.json.decode(snapshot, type=tuple[msgspec.Raw, msgspec.Raw, msgspec.Raw])
        self._alerts.restore(bytes(alerts))
        self._incidents.restore(bytes(incidents))
        self._verdicts.restore(bytes(verdicts))


def _kept(changes: Iterable[Change], outcome: Outcome, verdicts: list[Verdict]) -> GuardChanges:
    alerts: dict[str, Alert] = {}
    for change in changes:
        if change.alert:
            gone = change.what is What.WITHDRAWN
            alerts[change.alert.id] = replace(change.alert, ended=change.at) if gone else change.alert
    return GuardChanges(
        alerts=tuple((outcome.of.get(key, ""), alert) for key, alert in alerts.items()),
        incidents=tuple(outcome.incidents.values()),
        verdicts=tuple(verdicts),
        events=tuple((told.incident, told.what, told.at) for told in outcome.told),
        notes=tuple(outcome.notes),
    )
