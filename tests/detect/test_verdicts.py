"""Verdicts: who, from when to when, how sure; people who buy and addresses that people share are spared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import prod

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.detect.desk import Desk
from footfall.detect.verdicts import CROWD, SURE, excluded, together
from footfall.incident import Finding, Subject, Verdict, verdict_id
from tests.detect.desks import FINDINGS, MANNERS, MINUTE, Kept, found, taken

END = 300 * 30_000
SESSION = Subject("session", "s1")


def only(verdicts: Iterable[Verdict]) -> Verdict:
    """The one there is."""
    (verdict,) = verdicts
    return verdict


def test_a_verdict_grows_with_its_alert_and_names_its_incident() -> None:
    kept, _ = taken([found("flood", "203.0.113.9", second * 1_000) for second in (20, 21, 25)], END)
    verdict = only(kept.verdicts.values())
    alert = next(iter(kept.alerts))
    assert verdict.id == verdict_id(alert, Subject("ip", "203.0.113.9"))
    assert (verdict.valid_from, verdict.valid_to) == (10_000, 24_999)
    assert verdict.incident in kept.incidents
    assert (verdict.klass, verdict.threat, verdict.confidence) == ("SIVT", "OAT-015, T1498", 95)
    assert excluded(verdict)


def test_the_members_of_a_finding_are_judged_in_its_place() -> None:
    """Not the whole store, nor everybody who uses a browser: those to whom it is attributed, each by its kind."""
    crew = (Subject("session", "s1"), Subject("actor", "198.51.100.7 curl"), Subject("network", "198.51.100.0/24"))
    everyone = found("surge", "site", 20_000, subject=Subject("site", "site"))
    kept, _ = taken([everyone, replace(everyone, until=25_000, since=15_000, members=crew)], 30_000)
    assert {verdict.subject for verdict in kept.verdicts.values()} == set(crew[:2])
    assert {(verdict.valid_from, verdict.valid_to) for verdict in kept.verdicts.values()} == {(15_000, 24_999)}


@pytest.mark.parametrize("kind", ["site", "product", "campaign", "network"])
def test_what_is_no_visitor_is_not_judged(kind: str) -> None:
    assert taken([found("flood", "x", 20_000, subject=Subject(kind, "x"))], END)[0].verdicts == {}


def test_rules_that_agree_raise_each_other() -> None:
    findings = [
        found("speed", "s1", 20_000, subject=SESSION, confidence=80),
        found("metronome", "s1", 60_000, subject=Subject("actor", "s1"), confidence=70),
        found("metronome", "s1", 61_000, subject=Subject("actor", "s1"), confidence=70),
    ]
    alone, _ = taken(findings[:1], 30_000)
    assert [excluded(verdict) for verdict in alone.verdicts.values()] == [False]
    kept, _ = taken(findings, 70_000)
    assert [verdict.confidence for verdict in kept.verdicts.values()] == [94, 94]
    assert all(verdict.evidence["rules"] == ["metronome", "speed"] for verdict in kept.verdicts.values())


def test_a_rule_does_not_agree_with_itself_nor_with_what_was_long_ago() -> None:
    findings = [
        found("speed", "s1", 20_000, confidence=80),
        found("speed", "s1", 20_000, watch="long", confidence=80),
        found("metronome", "s1", 20_000 + 60 * MINUTE, confidence=80),
        found("crawler", "s1", 20_001 + 120 * MINUTE, confidence=80),
    ]
    kept, _ = taken(findings, 20_001 + 120 * MINUTE)
    assert {verdict.rule: verdict.confidence for verdict in kept.verdicts.values()} == {
        "speed": 96,
        "metronome": 96,
        "crawler": 80,
    }


@given(st.lists(st.integers(0, 100), max_size=6))
def test_agreement_is_one_minus_the_product_of_misses(confidences: list[int]) -> None:
    exact = 100 * (1 - prod(1 - confidence / 100 for confidence in confidences))
    assert together(confidences) == max([0, *confidences, min(99, int(exact + 1e-9))])


@pytest.mark.parametrize(
    ("fields", "out"),
    [
        ({}, True),
        ({"confidence": SURE - 1}, False),
        ({"confidence": 10, "klass": "GIVT"}, True),
        ({"withdrawn": 5}, False),
        ({"evidence": {"purchases": 1}}, False),
        ({"evidence": {"purchases": 1}, "klass": "GIVT"}, False),
        ({"evidence": {"purchases": 1}, "threat": "OAT-001, OAT-010"}, True),
        ({"evidence": {"purchases": 1}, "threat": "OAT-005"}, True),
        ({"evidence": {"purchases": 3}, "subject": Subject("ip", "203.0.113.9")}, True),
        ({"evidence": {"people": CROWD}, "subject": Subject("ip", "203.0.113.9")}, False),
        ({"evidence": {"people": CROWD - 1}, "subject": Subject("ip", "203.0.113.9")}, True),
    ],
)
def test_who_is_left_out_of_the_figures(fields: dict[str, object], out: bool) -> None:
    verdict = Verdict("v", SESSION, 0, 9, "i", "speed", 1, "SIVT", "OAT-011", 95)
    assert excluded(msgspec.structs.replace(verdict, **fields)) is out


def test_people_are_looked_for_when_a_verdict_is_new_and_when_its_alert_ends() -> None:
    asked: list[tuple[str, str, int]] = []
    desk, kept = Desk(MANNERS), Kept()

    def purchases(subject: Subject, since: int, until: int) -> int:
        asked.append(("purchases", subject.name, until - since))
        return len(asked) // 2

    def people(subject: Subject, since: int, until: int) -> int:
        asked.append(("people", subject.name, until - since))
        return 0

    for second in (10, 11, 12):
        kept.keep(desk.take([found("flood", "203.0.113.9", second * 1_000)], second * 1_000, None, purchases, people))
    assert len(asked) == 2
    kept.keep(desk.take([], END, None, purchases, people))
    assert [(what, span) for what, _, span in asked][2:] == [("purchases", 11_999), ("people", 11_999)]
    assert only(kept.verdicts.values()).evidence["purchases"] == 1


@given(FINDINGS)
def test_a_verdict_spans_the_windows_that_found_its_subject(findings: list[Finding]) -> None:
    kept, _ = taken(findings, END)
    for verdict in kept.verdicts.values():
        alert = kept.alerts[verdict.evidence["alert"]][1]
        about = [
            finding
            for finding in findings
            if verdict.subject in (finding.members or (finding.subject,))
            and (finding.rule, finding.subject) == (alert.rule, alert.subject)
            and not finding.scored_only
            and alert.first <= finding.until <= alert.last
        ]
        assert verdict.valid_from == min(finding.since for finding in about)
        assert verdict.valid_to == max(finding.until for finding in about) - 1
        assert verdict.confidence >= max(finding.confidence for finding in about)
        assert verdict.incident == kept.alerts[alert.id][0]
