"""Every rule's cases: small enough to check by hand, run by every engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from footfall.detect.windows import Oracle, Windows
from footfall.detect.windows.panes import Panes
from footfall.rules import Watch, rules
from tests.rules.cases import FOLDER, Case, cases, findings, summary

ENGINES: dict[str, Callable[[Sequence[Watch]], Windows]] = {"oracle": Oracle, "panes": Panes}
CASES = [case for case in cases() if case.rule != "surge"]


def told(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What a case speaks of, of a finding: the counts it names, members only if it names some."""
    kept = {name: value for name, value in row.items() if name in expected}
    if "counts" in expected:
        kept["counts"] = {name: value for name, value in row["counts"].items() if name in expected["counts"]}
    return kept


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}-{case.name}" for case in CASES])
def test_case(case: Case, engine: str) -> None:
    found = summary(findings(case.rule, case.events(), case.history(), ENGINES[engine]))
    expected = case.told["expected"]
    assert [(row["watch"], row["subject"]) for row in found] == [(row["watch"], row["subject"]) for row in expected]
    assert [told(row, want) for row, want in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize("rule", rules())
def test_every_rule_has_a_case_that_fires_one_under_the_bound_and_a_look_alike(rule: str) -> None:
    mine = cases(rule)
    assert all(case.told["why"] for case in mine)
    fires = {row["watch"] for case in mine for row in case.told["expected"]}
    assert fires == ({watch.name for watch in rules()[rule].watches} or {"attack", "hidden", "crowd"})
    quiet = [case.name for case in mine if not {row["watch"] for row in case.told["expected"]} - {"crowd"}]
    assert any(name.startswith("under") for name in quiet)
    assert any(name.startswith("like") for name in quiet)


def test_every_folder_is_a_rule() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders == set(rules())


@pytest.mark.parametrize("rule", rules())
def test_every_rule_says_what_to_do_and_when_it_errs(rule: str) -> None:
    head = rules()[rule].header
    assert head.title
    assert head.why.endswith(".")
    assert head.false_positives.endswith(".")
    assert head.response.endswith(".")
    assert all(code.startswith(("OAT-", "T1")) for code in head.threat.split(", "))
