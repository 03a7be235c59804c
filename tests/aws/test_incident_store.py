"""The incident store on DynamoDB: the laws of every plane, large steps, and a second writer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace as replaced

from footfall.detect.desk import Desk
from footfall.incident import Finding, Subject
from footfall.ports import FootfallError, GuardChanges
from tests.aws.tables import new_table
from tests.conformance.incident_store import END, IncidentStoreLaws, Plane, what_was_kept_is_read_back
from tests.detect.desks import FINDINGS, MANNERS, found

pytestmark = pytest.mark.slow


def new_store() -> Any:
    """A store that holds nothing."""
    from footfall.aws.incident_store import Incidents

    return Incidents(new_table())


def _notes(store: Any) -> list[tuple[str, str]]:
    return [(item["incident"], item["what"]) for item in store.waiting()]


@pytest.fixture(scope="module")
def plane(emulator: str) -> Plane:
    """A table of its own, each time."""
    assert emulator
    return Plane(new_store, _notes)


@settings(max_examples=20)
@given(findings=FINDINGS)
def test_what_was_kept_is_read_back(plane: Plane, findings: list[Finding]) -> None:
    what_was_kept_is_read_back(plane, findings)


class TestDynamoDB(IncidentStoreLaws):
    """The laws of every plane, on DynamoDB."""


@pytest.mark.usefixtures("emulator")
def test_a_step_larger_than_a_transaction_is_kept_whole() -> None:
    store, desk = new_store(), Desk(MANNERS)
    crew = [found("flood", f"10.0.{n // 250}.{n % 250}", 10_000) for n in range(400)]
    changes = desk.take(crew, 10_000)
    store.apply(changes)
    store.apply(replace(changes, states={"desk": desk.snapshot()}))
    (incident,) = store.incidents()
    assert incident.subjects == len(incident.alerts) == len(store.verdicts()) == 400
    assert store.state("desk") == desk.snapshot()


@pytest.mark.usefixtures("emulator")
def test_an_alert_with_more_members_than_an_item_holds_is_kept_whole() -> None:
    store, desk = new_store(), Desk(MANNERS)
    crew = [
        Subject("network", f"10.{n >> 16}.{n >> 8 & 255}.{n & 255} " + f"agent {n * n} " * 3) for n in range(20_000)
    ]
    for end, many in ((10_000, 5_000), (20_000, 12_000), (30_000, 20_000), (40_000, 20_000)):
        members = tuple(crew[many - 5_000 : many])
        store.apply(desk.take([replace(found("flood", "site", end), members=members)], end))
    (alert,) = store.alerts(store.incidents()[0].id)
    assert alert.members == desk.take([], 40_000 + END).alerts[0][1].members
    assert set(alert.members) == {*crew[:5_000], *crew[7_000:12_000], *crew[15_000:]}


@pytest.mark.usefixtures("emulator")
def test_evidence_that_an_attacker_made_long_is_cut_and_kept() -> None:
    store = new_store()
    changes = Desk(MANNERS).take([found("flood", "a", 10_000)], 10_000)
    ((incident, alert),) = changes.alerts
    said = {
        "samples": [dict.fromkeys("abcdefghi", "\x01" * 60_000)] * 5,
        "top_paths": [("\U0001f525" * 60_000, 1)] * 20,
    }
    store.apply(replace(changes, alerts=((incident, replaced(alert, evidence=said)),)))
    (kept,) = store.alerts(incident)
    assert len(kept.evidence["samples"][0]["a"]) == len(kept.evidence["top_paths"][0][0]) == 800


@pytest.mark.usefixtures("emulator")
def test_a_snapshot_larger_than_an_item_is_read_back_and_replaced() -> None:
    from random import Random

    store, noise = new_store(), Random(1)
    for size in (700_000, 1_000_000, 10):
        snapshot = noise.randbytes(size)
        store.apply(GuardChanges(states={"guard": snapshot}))
        assert store.state("guard") == snapshot


@pytest.mark.usefixtures("emulator")
def test_a_writer_who_was_overtaken_is_refused_and_changes_nothing() -> None:
    from footfall.aws.incident_store import Incidents

    table = new_table()
    one, other = Incidents(table), Incidents(table)
    one.apply(GuardChanges(states={"place": b"1"}))
    assert other.state("place") == b"1"
    one.apply(GuardChanges(states={"place": b"2"}))
    late = Desk(MANNERS).take([found("flood", "a", 10_000)], 10_000)
    with pytest.raises(FootfallError, match="made again"):
        other.apply(replace(late, states={"place": b"3"}))
    assert one.state("place") == b"2"
    assert not one.incidents()
    assert not one.verdicts()
