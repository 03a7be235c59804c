"""Surges of the store: cases of hand-made panes, restarts, attribution, a ramp against the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp
from typing import Any

import pytest

from footfall.detect.attribution import attribute, attributed
from footfall.detect.history import History
from footfall.detect.relation import relation
from footfall.detect.surge import COUNTS, PANE, SPREADS, Surge
from footfall.incident import Finding, Severity
from tests.rules.cases import HOUR, PAST, START, Case, cases, spelled, table

Row = dict[str, Any]
CASES = cases("surge")
USUAL = {"events": 20, "views": 17, "intents": 1, "known": 6, "strangers": 5, "cookieless": 0}
SPREAD = {"actor": 18, "agent": 8, "path": 15}


def rows(told: Mapping[str, Any]) -> list[Row]:
    """The traffic rows of a pane; of each spread a case tells the effective number: events² by squares."""
    events = told["events"]
    if not events:
        return []
    site = {"dimension": "site", "squares": events**2, **{name: told[name] for name in COUNTS}}
    spread = [
        {"dimension": name, "events": events, "squares": max(events, round(events**2 / told[name]))} for name in SPREADS
    ]
    return [site, *spread]


def learnt(told: Mapping[str, Any]) -> History:
    """Two hours of the same pane."""
    history = History()
    for end in range(START - PAST + PANE, START + PANE, PANE):
        history.add("traffic", end, PANE, rows(told))
    history.advance(START)
    return history


def found(case: Case, surge: Surge) -> Iterator[Finding]:
    history, end = learnt(case.told["usual"]), START
    for run in case.told["panes"]:
        for _ in range(run["panes"]):
            end += PANE
            yield from surge.feed(end, rows(run), history)


def summary(findings: list[Finding]) -> list[Row]:
    """First and last second of each watch."""
    watches: dict[str, Row] = {}
    for each in findings:
        second = (each.until - START) // 1000
        watches.setdefault(each.watch, {"watch": each.watch, "first": second})["last"] = second
    return list(watches.values())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Case) -> None:
    told = summary(list(found(case, Surge())))
    expected = case.told["expected"]
    assert [{name: row[name] for name in want} for row, want in zip(told, expected, strict=True)] == expected


def test_an_attack_says_what_shifted() -> None:
    case = next(case for case in CASES if case.name == "fires_flood")
    first = next(found(case, Surge()))
    assert (first.rule, first.severity, first.since) == ("surge", Severity.CRITICAL, START + 5_000)
    assert {name for name in first.counts if name.startswith("shift_")} == {
        "shift_cookieless",
        "shift_known",
        "shift_strangers",
    }


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_restart_changes_nothing(case: Case) -> None:
    class Restarted(Surge):
        def feed(self, *pane: Any) -> list[Finding]:
            again = Surge.restore(self.snapshot())
            assert again.snapshot() == self.snapshot()
            said = again.feed(*pane)
            self.panes, self.surprise, self.onset = again.panes, again.surprise, again.onset
            return said

    assert list(found(case, Restarted())) == list(found(case, Surge()))


def test_panes_left_out_were_silent() -> None:
    told, silent = Surge(), Surge()
    history = learnt(USUAL | SPREAD)
    for end in range(START + PANE, START + 100 * PANE, PANE):
        quiet = 10 < (end - START) // PANE < 90
        told.feed(end, [] if quiet else rows(USUAL | SPREAD), history)
        if not quiet:
            silent.feed(end, rows(USUAL | SPREAD), history)
    assert told.snapshot() == silent.snapshot()


def test_nothing_is_said_before_ten_minutes_were_learnt() -> None:
    surge = Surge()
    flood = USUAL | SPREAD | {"events": 900, "cookieless": 880, "strangers": 880, "actor": 800}
    assert not [each for end in range(START, START + 60_000, PANE) for each in surge.feed(end, rows(flood), History())]


def test_a_ramp_is_found_before_it_becomes_usual() -> None:
    surge, history, end, attacks = Surge(), learnt(USUAL | SPREAD), START, 0
    quick = 0.0
    for number in range(2 * HOUR // PANE):
        end += PANE
        more = round(2 * exp(number * PANE / (30 * 60_000)))
        ramp = USUAL | SPREAD | {"events": 20 + more, "views": 17 + more, "actor": 18 + more}
        ramp |= {"strangers": 5 + more, "cookieless": more}
        history.add("traffic", end, PANE, rows(ramp))
        history.advance(end)
        for each in surge.feed(end, rows(ramp), history):
            attacks += each.watch == "attack"
            quick = quick or ramp["events"] / 20
            history.spoil(each.since, each.until)
    assert 0 < quick < 3.5
    assert attacks > HOUR // PANE // 2
    assert history.pace() < 50
    assert history.mix("cookieless") < 0.2


def test_a_flood_is_attributed_to_those_of_no_visit() -> None:
    people = {
        "event_type": "view",
        "product_id": "p{n}",
        "user_session": "s{n}",
        "ip": "192.0.2.{n}",
        "user_agent": "a",
    }
    flood = {"event_type": "page", "path": "/", "anon_id": "x", "ip": "198.51.100.{n}", "user_agent": "b"}
    runs: list[Row] = [
        {"times": 20, "at": 0, "every": 1, "referrer": "https://www.google.com/"} | people,
        {"times": 90, "at": 0, "every": 0.2} | flood,
    ]
    events = relation(table([row for run in runs for row in spelled(run)]))
    members = attribute(events, START, START + 20_000, learnt(USUAL | SPREAD))
    assert {each.kind for each in members} == {"actor"}
    assert {each.name for each in members} == {f"198.51.100.{n} b" for n in range(90)}


def test_strangers_are_told_apart_by_an_agent_that_nobody_has() -> None:
    history = learnt(USUAL | SPREAD)
    common = {"dimension": "agent", "member": "common", "events": 200}
    site = {"dimension": "site", "member": "site", "events": 240}
    for end in range(START - PAST, START + 60_000, 60_000):
        history.add("members", end, 60_000, [common, site])
    history.advance(START)
    runs = [
        {"times": 20, "at": 0, "every": 1, "event_type": "view", "product_id": "p", "user_session": "s{n}"}
        | {"user_agent": "common", "ip": "192.0.2.{n}"},
        {"times": 90, "at": 0, "every": 0.2, "event_type": "view", "product_id": "p", "user_session": "b{n}"}
        | {"user_agent": "rare", "ip": "198.51.100.{n}"},
        {"times": 1, "at": 3, "event_type": "cart", "product_id": "p", "user_session": "b7", "user_agent": "rare"},
    ]
    events = relation(table([row for run in runs for row in spelled(run)]))
    members = attribute(events, START, START + 20_000, history)
    assert {each.name for each in members} == {f"b{n}" for n in range(90)} - {"b7"}


def test_an_attack_that_nobody_can_be_blamed_for_is_a_crowd() -> None:
    case = next(case for case in CASES if case.name == "fires_flood")
    attack = next(found(case, Surge()))
    nobody = relation(table([{"event_time": START, "event_type": "login_failed", "user_id": "u"}]))
    told = attributed(attack, nobody, learnt(USUAL | SPREAD))
    assert (told.watch, told.severity, told.members) == ("crowd", Severity.INFO, ())
