"""Incidents: one for a botnet, one mail; scores that fade; the same record however findings arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.detect.desk import Desk
from footfall.detect.incidents import COOLDOWN
from footfall.detect.scores import GONE, HALF_LIFE, PAGES, Scores, faded
from footfall.incident import Finding, Severity, Subject, incident_id
from tests.detect.desks import FINDINGS, MANNERS, MINUTE, Kept, found, taken

END = 300 * 30_000
SESSION = Subject("session", "s1")


def told(kept: Kept) -> list[tuple[str, str]]:
    """What people heard, and how bad it was."""
    return [(note.what, note.severity) for note in kept.notes]


def test_a_botnet_of_two_thousand_addresses_is_one_incident_and_one_mail() -> None:
    crew = [f"198.51.{number // 250}.{number % 250}" for number in range(2_000)]
    findings = [found("flood", name, 10_000 + 1_000 * step) for step in range(3) for name in crew]
    kept, _ = taken(findings, 12_000)
    (incident,) = kept.incidents.values()
    assert incident.id == incident_id("flood", 1, "ip", 10_000)
    assert (incident.subjects, len(incident.alerts), incident.closed) == (2_000, 2_000, None)
    assert told(kept) == [("opened", "critical")]
    kept, _ = taken(findings, END)
    assert told(kept) == [("opened", "critical"), ("closed", "critical")]
    assert [incident.closed for incident in kept.incidents.values()] == [12_000 + 10 * MINUTE]


def test_the_headline_puts_numbers_beside_the_usual_ones() -> None:
    kept, _ = taken([found("flood", "203.0.113.9", 10_000, counts={"events": 412, "usual": 6})], 10_000)
    (incident,) = kept.incidents.values()
    assert incident.headline == "203.0.113.9 sent 412 events in 10 s, 68 × the usual 6"
    assert kept.notes[0].title == "[critical] 203.0.113.9 sent 412 events in 10 s, 68 × the usual 6"
    assert incident.evidence["top"] == [["203.0.113.9", 412]]


def test_the_headline_names_the_worst_of_many() -> None:
    rising = [found("flood", f"203.0.113.{n}", 10_000 + n, counts={"events": 40 + n}) for n in range(3)]
    kept, _ = taken(rising, 20_000)
    (incident,) = kept.incidents.values()
    assert incident.headline == "3 addresses, 203.0.113.2 the worst: it sent 42 events in 10 s"


def test_a_high_incident_that_goes_on_is_told_worse_once() -> None:
    """60 and, a minute later, 60 more, of which 57 are left of the first: over 100."""
    findings = [found("speed", "s1", minute * MINUTE, since=(minute - 1) * MINUTE) for minute in range(1, 30)]
    kept, _ = taken(findings, END)
    assert told(kept) == [("opened", "high"), ("escalated", "critical"), ("closed", "critical")]
    assert [(what, at // MINUTE) for _, what, at in kept.events] == [("opened", 1), ("escalated", 2), ("closed", 34)]


def test_a_medium_incident_is_told_only_when_its_score_pages() -> None:
    ticking = [found("metronome", "s1", 10_000 * step, subject=SESSION) for step in range(1, 6)]
    kept, _ = taken(ticking[:4], 40_000)
    assert (kept.notes, [incident.score for incident in kept.incidents.values()]) == ([], [98])
    kept, _ = taken(ticking, END)
    assert told(kept) == [("opened", "critical"), ("closed", "critical")]


def test_scores_of_several_rules_on_one_source_add_up() -> None:
    high = found("speed", "s1", 60_000, subject=SESSION)
    medium = [
        found("metronome", "s1", 61_000 + step, subject=Subject("actor", "s1"), watch=f"w{step}") for step in (0, 1)
    ]
    kept, _ = taken([high, *medium], 70_000)
    assert told(kept) == [("opened", "high"), ("escalated", "critical")]
    assert {incident.rule: incident.severity for incident in kept.incidents.values()} == {
        "speed": Severity.CRITICAL,
        "metronome": Severity.MEDIUM,
    }


def test_what_only_scores_makes_an_incident_page_and_opens_none() -> None:
    scored = [found("metronome", "s1", 61_000 + n, subject=SESSION, watch=f"w{n}", scored_only=True) for n in (0, 1)]
    assert taken(scored, END)[0] == Kept()
    kept, _ = taken([found("speed", "s1", 60_000, subject=SESSION), *scored], 70_000)
    assert told(kept) == [("opened", "high"), ("escalated", "critical")]


def test_windows_that_overlap_score_once() -> None:
    scores = Scores()
    hops = [found("speed", "s1", 60_000 + 1_000 * step, since=1_000 * step) for step in range(60)]
    assert {scores.add(finding) for finding in hops} <= set(range(50, 61))
    assert scores.add(found("speed", "s1", 120_000, since=60_000)) == 117


@given(st.integers(0, 10**8), st.integers(0, 2 * GONE), st.integers(0, HALF_LIFE))
def test_a_score_halves_every_ten_minutes_and_never_grows(score: int, elapsed: int, more: int) -> None:
    assert faded(score, elapsed + more) <= faded(score, elapsed) <= score
    assert abs(faded(score, elapsed + HALF_LIFE) * 2 - faded(score, elapsed)) <= (
        2 if elapsed + HALF_LIFE < GONE else score
    )


@pytest.mark.parametrize(("severity", "heard"), [("critical", 2), ("info", 0)])
def test_an_attack_that_comes_and_goes_is_not_told_every_time(severity: str, heard: int) -> None:
    pulses = [found("metronome", "a", 15 * MINUTE * n + MINUTE, severity=Severity(severity)) for n in range(4)]
    kept, _ = taken(pulses, END)
    assert len(kept.incidents) == 4
    assert sum(note.what == "opened" for note in kept.notes) == heard
    assert 2 * 15 * MINUTE == COOLDOWN


def test_an_incident_kept_quiet_by_the_cooldown_is_told_once_it_lasts() -> None:
    again = [found("metronome", "a", minute * MINUTE, severity=Severity.CRITICAL) for minute in (1, *range(10, 40, 2))]
    kept, _ = taken(again, 40 * MINUTE)
    assert [(note.what, note.at // MINUTE) for note in kept.notes][:3] == [("opened", 1), ("closed", 3), ("opened", 32)]


def test_a_warning_tells_people_and_the_closed_window_does_not_tell_them_again() -> None:
    desk, kept = Desk(MANNERS), Kept()
    early = [found("flood", f"203.0.113.{n}", 10_000, early=True) for n in range(3)]
    kept.keep(desk.warn(early))
    assert [incident.evidence["provisional"] for incident in kept.incidents.values()] == [True]
    assert kept.verdicts == {}
    kept.keep(desk.take([replace(finding, early=False) for finding in early], END))
    (incident,) = kept.incidents.values()
    assert (incident.subjects, "provisional" in incident.evidence) == (3, False)
    assert told(kept) == [("opened", "critical"), ("closed", "critical")]


def test_a_warning_of_nothing_is_taken_back_and_does_not_hush_the_next() -> None:
    desk, kept = Desk(MANNERS), Kept()
    kept.keep(desk.warn([found("flood", "a", 10_000, early=True)]))
    kept.keep(desk.take([found("flood", "b", 15 * MINUTE)], 15 * MINUTE))
    assert [note.what for note in kept.notes] == ["opened", "withdrawn", "opened"]
    assert [alert.ended for _, alert in kept.alerts.values() if alert.provisional] == [10_000 + 10 * MINUTE]


@given(FINDINGS, st.sets(st.integers(0, 39)), st.booleans(), st.integers(0, END))
def test_batches_and_restarts_change_nothing(
    findings: list[Finding], cuts: set[int], restarts: bool, more: int
) -> None:
    """Byte for byte, whenever one looks: what is kept, what people hear, and what is remembered."""
    upto = max([more, *(finding.until for finding in findings)])
    whole, remembered = taken(findings, upto)
    pieces, after = taken(findings, upto, cuts.__contains__, restarts)
    assert pieces.record() == whole.record()
    assert pieces.notes == whole.notes
    assert after == remembered


@given(FINDINGS)
def test_every_incident_is_told_at_most_once_of_each_kind(findings: list[Finding]) -> None:
    kept, _ = taken(findings, END)
    assert len({(note.incident, note.what) for note in kept.notes}) == len(kept.notes)
    for key, incident in kept.incidents.items():
        heard = [note.what for note in kept.notes if note.incident == key]
        moments = [what for other, what, _ in kept.events if other == key]
        assert heard in ([], ["opened", "closed"], ["opened", "escalated", "closed"])
        assert (moments[0], moments[-1]) == ("opened", "closed")
        assert incident.closed is not None
        assert incident.subjects == len({kept.alerts[alert][1].subject.name for alert in incident.alerts})
        assert bool(heard) <= (incident.severity.rank >= Severity.HIGH.rank)
        assert (
            incident.score < PAGES
            or incident.severity is Severity.CRITICAL
            or any(other.score >= PAGES and other.severity is Severity.CRITICAL for other in kept.incidents.values())
        )


@given(FINDINGS)
def test_every_alert_lies_in_one_incident_of_its_rule_and_kind(findings: list[Finding]) -> None:
    kept, _ = taken(findings, END)
    listed = [alert for incident in kept.incidents.values() for alert in incident.alerts]
    assert sorted(listed) == sorted(kept.alerts)
    for key, (incident, alert) in kept.alerts.items():
        whole = kept.incidents[incident]
        assert key in whole.alerts
        assert (alert.rule, alert.subject.kind) == (whole.rule, whole.subject_kind)
        assert whole.opened <= alert.first <= alert.last <= whole.updated
