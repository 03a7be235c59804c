"""The laws of ``ports.IncidentStore``, for any plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pytest

from footfall.detect.desk import Desk
from footfall.incident import Alert, Finding, Incident
from footfall.ports import FootfallError, GuardChanges, IncidentStore
from tests.detect.desks import MANNERS, MINUTE, found, taken

END = 300 * 30_000
FLOOD = [found("flood", f"203.0.113.{n}", 10_000 + 1_000 * n) for n in range(3)]


class Store(IncidentStore, Protocol):
    """What both planes' stores tell besides."""

    def alerts(self, incident: str) -> list[Alert]: ...
    def timeline(self, incident: str) -> Sequence[Any]: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Plane:
    """How a plane makes a store that holds nothing, and which notes one holds: incident and what, in order."""

    new: Callable[[], Any]
    notes: Callable[[Any], list[tuple[str, str]]]


def fill(store: IncidentStore, findings: Sequence[Finding], upto: int = END) -> None:
    """Keeps what a guard makes of findings, a step for each."""
    desk = Desk(MANNERS)
    for finding in findings:
        store.apply(desk.take([finding], finding.until))
    store.apply(replace(desk.take([], upto), states={"desk": desk.snapshot()}))


def listed(store: Any) -> list[Incident]:
    """All incidents, warnings taken back too."""
    return list(store.incidents(withdrawn=True))


def filled(plane: Plane, findings: Sequence[Finding], upto: int = END) -> Store:
    """A store in which a guard has kept what it made of findings."""
    store: Store = plane.new()
    fill(store, findings, upto)
    return store


def everything(plane: Plane, store: Store) -> dict[str, Any]:
    """All that it holds."""
    incidents = listed(store)
    return {
        "incidents": incidents,
        "alerts": [store.alerts(incident.id) for incident in incidents],
        "moments": [store.timeline(incident.id) for incident in incidents],
        "verdicts": store.verdicts(standing=False),
        "notes": plane.notes(store),
        "state": store.state("desk"),
    }


def what_was_kept_is_read_back(plane: Plane, findings: list[Finding]) -> None:
    """The law over any findings; a test of each plane gives them, for hypothesis wants a test of its own."""
    kept, snapshot = taken(findings, END)
    store = filled(plane, findings)
    assert {incident.id: incident for incident in store.incidents()} == kept.incidents
    for key, incident in kept.incidents.items():
        alerts = store.alerts(key)
        assert [alert.id for alert in alerts] == incident.alerts
        assert alerts == [kept.alerts[alert.id][1] for alert in alerts]
        moments = [(key, moment.what, moment.at) for moment in store.timeline(key)]
        assert set(moments) == {moment for moment in kept.events if moment[0] == key}
    assert {verdict.id: verdict for verdict in store.verdicts()} == kept.verdicts
    assert store.state("desk") == snapshot
    store.close()


class IncidentStoreLaws:
    """A plane's test class derives from it and has the fixture ``plane``."""

    def test_a_step_kept_twice_is_kept_once(self, plane: Plane) -> None:
        store, changes = plane.new(), Desk(MANNERS).take(FLOOD, END)
        store.apply(changes)
        before = everything(plane, store)
        store.apply(changes)
        assert everything(plane, store) == before
        assert [what for _, what in before["notes"]] == ["opened", "closed"]

    def test_what_people_did_stays_while_the_guard_goes_on(self, plane: Plane) -> None:
        store, desk = plane.new(), Desk(MANNERS)
        store.apply(desk.take(FLOOD[:1], 10_000))
        (incident,) = store.incidents(going=True)
        store.acknowledge(incident.id[:6], "Ada", 11_000, "on it")
        store.mute(incident.id, "Ada", 11_500, 99_000)
        store.apply(desk.take(FLOOD[1:], 12_000))
        now = store.incident(incident.id)
        assert now.subjects == 3
        assert now.acknowledged == {"who": "Ada", "when": 11_000, "note": "on it"}
        assert now.muted_until == 99_000
        assert [(moment.what, moment.who) for moment in store.timeline(now.id)] == [
            ("opened", ""),
            ("acknowledged", "Ada"),
            ("muted", "Ada"),
        ]

    def test_an_incident_resolved_as_mistaken_takes_its_verdicts_back_for_good(self, plane: Plane) -> None:
        store, desk = plane.new(), Desk(MANNERS)
        store.apply(desk.take([FLOOD[0], found("speed", "s1", 10_000)], 10_000))
        flood = next(incident for incident in store.incidents() if incident.rule == "flood")
        store.resolve(flood.id, "Ada", 20_000, "our own load test", mistaken=True)
        store.apply(desk.take(FLOOD[1:], 12_000))
        assert [verdict.rule for verdict in store.verdicts()] == ["speed"]
        assert [verdict.withdrawn for verdict in store.verdicts(standing=False, incident=flood.id)] == [20_000] * 3
        assert [incident.rule for incident in store.incidents(going=True)] == ["speed"]

    def test_an_incident_resolved_as_real_keeps_its_verdicts(self, plane: Plane) -> None:
        store = filled(plane, FLOOD, 12_000)
        store.resolve(store.incidents()[0].id, "Ada", 20_000, "", False)
        assert len(store.verdicts()) == 3

    def test_a_warning_taken_back_is_not_listed(self, plane: Plane) -> None:
        store, desk = plane.new(), Desk(MANNERS)
        store.apply(desk.warn([found("flood", "a", 10_000, early=True)]))
        (warned,) = store.incidents()
        store.apply(desk.take([], 10_000 + 10 * MINUTE))
        assert store.incidents() == []
        assert [incident.id for incident in listed(store)] == [warned.id]
        assert [moment.what for moment in store.timeline(warned.id)] == ["opened", "withdrawn"]

    def test_a_mute_needs_an_end_that_lies_ahead(self, plane: Plane) -> None:
        store = filled(plane, FLOOD)
        with pytest.raises(FootfallError, match="ends in the future"):
            store.mute(store.incidents()[0].id, "Ada", 10_000, 10_000, "")

    @pytest.mark.parametrize(("key", "words"), [("", "More than one"), ("none", "There is no"), ("%", "is no")])
    def test_an_incident_is_named_by_the_beginning_of_its_id(self, plane: Plane, key: str, words: str) -> None:
        store = filled(plane, [*FLOOD, found("speed", "s1", 20_000)])
        with pytest.raises(FootfallError, match=words):
            store.incident(key)

    def test_lists_are_filtered(self, plane: Plane) -> None:
        store = filled(plane, [found("speed", "s1", 20_000), found("flood", "a", 600_000)], 700_000)
        assert [incident.rule for incident in store.incidents()] == ["flood", "speed"]
        assert [incident.rule for incident in store.incidents(going=True)] == ["flood"]
        assert [incident.rule for incident in store.incidents(rule="speed")] == ["speed"]
        assert [incident.rule for incident in store.incidents(since=600_000)] == ["flood"]

    def test_changes_without_anything_change_nothing(self, plane: Plane) -> None:
        store = filled(plane, FLOOD)
        before = everything(plane, store)
        store.apply(GuardChanges())
        assert everything(plane, store) == before
