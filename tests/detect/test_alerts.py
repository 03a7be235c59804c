"""Alerts: findings in a row, ended by quiet; warnings that are confirmed or taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.detect.alerts import Alerts, Change, Sighting, What
from footfall.incident import Finding, Severity, Subject, alert_id
from tests.detect.desks import FINDINGS, MANNERS, MINUTE, found

END = 300 * 30_000


def said(changes: list[Change]) -> list[tuple[str, int]]:
    """What happened, and when."""
    return [(str(change.what), change.at) for change in changes]


def test_an_alert_opens_grows_and_ends_after_the_quiet_period() -> None:
    alerts = Alerts(MANNERS)
    findings = [found("flood", "203.0.113.9", second * 1_000, counts={"events": second}) for second in (10, 11, 12)]
    changes = alerts.take(findings, 12_000 + 10 * MINUTE - 1)
    assert said(changes) == [("opened", 10_000), ("updated", 11_000), ("updated", 12_000)]
    (going,) = alerts.going()
    assert going.id == alert_id("flood", 1, Subject("ip", "203.0.113.9"), 10_000)
    assert (going.first, going.last, going.first_event, going.last_event) == (10_000, 12_000, 0, 11_999)
    assert going.counts == {"events": 12}
    ended = alerts.take([], 12_000 + 10 * MINUTE)
    assert said(ended) == [("ended", 12_000 + 10 * MINUTE)]
    assert alerts.going() == []


@pytest.mark.parametrize(("gap", "alerts"), [(10 * MINUTE, 1), (10 * MINUTE + 1, 2)])
def test_the_quiet_period_is_counted_to_the_millisecond(gap: int, alerts: int) -> None:
    findings = [found("flood", "203.0.113.9", 10_000), found("flood", "203.0.113.9", 10_000 + gap)]
    changes = Alerts(MANNERS).take(findings, 10_000 + gap)
    assert [change.what for change in changes].count(What.OPENED) == alerts


def test_rules_versions_kinds_and_names_are_apart() -> None:
    one = found("flood", "a", 10_000)
    others = [
        found("speed", "a", 10_000),
        replace(one, version=2),
        replace(one, subject=Subject("session", "a")),
        replace(one, subject=Subject("ip", "b")),
    ]
    changes = Alerts(MANNERS).take([one, *others], 10_000)
    assert len({change.alert.id for change in changes if change.alert}) == 5


def test_a_finding_that_only_scores_opens_nothing() -> None:
    alerts = Alerts(MANNERS)
    changes = alerts.take([found("metronome", "a", 10_000, scored_only=True)], 10_000)
    assert said(changes) == [("scored", 10_000)]
    assert alerts.going() == []


def test_evidence_is_asked_for_when_an_alert_opens_and_when_it_gets_worse() -> None:
    asked: list[Finding] = []

    def look(finding: Finding) -> Sighting:
        asked.append(finding)
        return Sighting(finding.since + 7, finding.until - 3, {"paths": [f"/{len(asked)}"]})

    alerts = Alerts(MANNERS)
    findings = [found("speed", "a", 10_000 + step * 1_000) for step in range(3)]
    findings.append(found("speed", "a", 14_000, severity=Severity.CRITICAL))
    alerts.take(findings, 14_000, look)
    (going,) = alerts.going()
    assert [finding.until for finding in asked] == [10_000, 14_000]
    assert (going.first_event, going.severity) == (7, Severity.CRITICAL)
    assert going.evidence == {"watch": "burst", "window": 10_000, "paths": ["/2"]}


def test_a_warning_that_its_window_confirms_is_the_same_alert() -> None:
    alerts = Alerts(MANNERS)
    early = found("flood", "a", 10_000, early=True)
    warned = alerts.warn([early])
    assert said(warned) == [("warned", 10_000)]
    assert alerts.warn([early]) == []
    opened = alerts.take([replace(early, early=False)], 10_000)
    assert said(opened) == [("opened", 10_000)]
    assert opened[0].alert is not None
    assert warned[0].alert is not None
    assert opened[0].alert.id == warned[0].alert.id
    assert (warned[0].alert.provisional, opened[0].alert.provisional) == (True, False)


def test_a_warning_that_nothing_confirms_is_withdrawn_after_the_quiet_period() -> None:
    alerts = Alerts(MANNERS)
    alerts.warn([found("flood", "a", 10_000, early=True)])
    assert alerts.take([], 10_000 + 10 * MINUTE - 1) == []
    assert said(alerts.take([], 10_000 + 10 * MINUTE)) == [("withdrawn", 10_000 + 10 * MINUTE)]
    assert alerts.take([], END) == []


def test_a_later_window_takes_the_place_of_a_warning() -> None:
    alerts = Alerts(MANNERS)
    alerts.warn([found("flood", "a", 10_000, early=True)])
    assert said(alerts.take([found("flood", "a", 11_000)], 11_000)) == [("opened", 11_000), ("withdrawn", 11_000)]


def test_nobody_is_warned_of_what_goes_on() -> None:
    alerts = Alerts(MANNERS)
    alerts.take([found("flood", "a", 10_000)], 10_000)
    assert alerts.warn([found("flood", "a", 11_000, early=True)]) == []


@given(FINDINGS)
def test_every_alert_opens_once_and_ends_once_after_exactly_its_quiet_period(findings: list[Finding]) -> None:
    changes = Alerts(MANNERS).take(findings, END)
    assert [change.at for change in changes] == sorted(change.at for change in changes)
    alerts = [change for change in changes if change.alert]
    opened = [change.alert.id for change in alerts if change.alert and change.what is What.OPENED]
    ended = {change.alert.id: change.alert for change in alerts if change.alert and change.what is What.ENDED}
    assert len(set(opened)) == len(opened)
    assert set(ended) == set(opened)
    for alert in ended.values():
        assert alert.ended == alert.last + MANNERS[alert.rule].quiet
    assert len([f for f in findings if not f.scored_only]) == sum(
        change.what in (What.OPENED, What.UPDATED) for change in changes
    )


@given(FINDINGS, st.lists(st.integers(0, 39), max_size=20))
def test_warnings_change_nothing_of_the_record(findings: list[Finding], warned: list[int]) -> None:
    """However early somebody is warned, of whatever: the closed windows alone say what happened."""
    plain, early = Alerts(MANNERS), Alerts(MANNERS)
    record: list[Change] = []
    for number, finding in enumerate(findings):
        if number in warned:
            early.warn([replace(finding, early=True), replace(finding, until=finding.until + 1_000, early=True)])
        record += early.take([finding], finding.until - 1)
    record += early.take([], END)
    kept = [change for change in record if change.what is not What.WITHDRAWN]
    assert kept == plain.take(findings, END)
