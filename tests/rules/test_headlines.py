"""What every watch of every rule says to people, made from its cases."""

from __future__ import annotations

import re
from functools import cache

import pytest

from footfall.detect.headlines import headline
from footfall.detect.surge import Surge
from footfall.detect.windows.panes import Panes
from footfall.incident import Finding
from footfall.rules import rules
from tests.rules.cases import cases, findings
from tests.rules.test_surge import found

SENTENCE = re.compile(
    r"^[A-Z0-9].* (?:sent|used|showed|put|failed|made|drew|brought|saw) "
    r"(?P<count>[0-9,]+) (?P<what>[a-z ]+) in [0-9]+ (?:s|min)"
    r"(?:, (?:[0-9.,]+ × the usual [0-9,]+|where (?:[0-9,]+ )?(?:is|are) usual|where none are usual))?$"
)


def said(finding: Finding) -> str:
    """The sentence about one finding."""
    subject = finding.subject
    return headline(subject.kind, subject.name, finding.counts, finding.until - finding.since, 1)


@cache
def sentences() -> dict[str, str]:
    """The first finding of every watch in words."""
    told: dict[str, str] = {}
    for case in cases():
        if case.rule == "surge":
            each = list(found(case, Surge()))
        else:
            each = findings(case.rule, case.events(), case.history(), Panes)
        for finding in each:
            told.setdefault(f"{finding.rule}.{finding.watch}", said(finding))
    return told


@pytest.mark.parametrize("rule", rules())
def test_every_watch_says_a_sentence(rule: str) -> None:
    mine = {watch: text for watch, text in sentences().items() if watch.partition(".")[0] == rule}
    assert len(mine) >= len(rules()[rule].watches)
    for text in mine.values():
        parts = SENTENCE.match(text)
        assert parts, text
        assert "usual_" not in text
        assert (parts["count"] == "1") != parts["what"].removesuffix(" into carts").endswith("s"), text


def test_what_is_usual_stands_beside_its_count() -> None:
    watches = [watch for watch, text in sentences().items() if "usual" in text]
    assert {watch.partition(".")[0] for watch in watches} >= {
        "rotating_scraper",
        "cart_hoard",
        "campaign_skew",
        "surge",
    }
