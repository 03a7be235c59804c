"""Every metric and every rule: what it means, and its SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from footfall import insights
from footfall.insights import Query
from footfall.rules import PACKAGE, Rule, RuleError, rules
from footfall.web.answers import ANSWERS
from footfall.web.hands import Hands
from footfall.web.view import View

TITLE, PATH, PLACE, TEMPLATE = "Definitions", "/definitions", 70, "definitions.html"
EMPTY = True
WORDS = (
    (
        "Gross, known, net",
        "All events; without bots that say who they are; without those that detection found as well. "
        "Events are never deleted for being bots.",
    ),
    ("Day", "A date in the store's time zone."),
    (
        "Visitor",
        "The user; else the user that the browser or session was later linked to; else the browser; else the session.",
    ),
    (
        "Session",
        "The source's, split after 30 minutes of silence; not split at midnight; it belongs to the day it began.",
    ),
    (
        "Verdict",
        "Says of an address, a visit, a visitor or an agent that it was no customer, from when to when, by which rule, "
        "and how sure. Net leaves out who is judged with 90 % confidence or more.",
    ),
    ("Incident", "The alerts of one rule about one kind of subject, until all have ended."),
)


def data(view: View) -> dict[str, Any]:
    """What the template needs; ``of`` in the address names the one whose SQL is shown."""
    of = view.query.get("of", "")
    exported = {answer.question: name for name, answer in reversed(ANSWERS.items())}
    groups = (
        ("Questions", insights.questions()),
        ("Worked out whenever the data changes", insights.standing()),
        ("Counted across days", insights.history()),
        ("Counted of each day", insights.daily()),
    )
    return {
        "words": WORDS,
        "groups": [(title, [_query(query, exported, of) for query in found.values()]) for title, found in groups],
        **_rules(view, of),
    }


def _rules(view: View, of: str) -> dict[str, Any]:
    """The guard's rules, the user's own, which take their namesakes' place, and what is wrong with these."""
    own, wrong = dict[str, Rule](), ""
    try:
        own = dict(view.plane.own_rules()) if isinstance(view.plane, Hands) else own
    except RuleError as error:
        wrong = str(error)
    return {
        "own": [_rule(rule, of) for rule in own.values()],
        "replaced": sorted(own.keys() & rules().keys()),
        "rules": [_rule(rule, of) for rule in rules().values() if rule.id not in own],
        "wrong": wrong,
    }


def _query(query: Query, exported: Mapping[str, str], of: str) -> dict[str, Any]:
    head = query.header
    return {
        "name": query.name,
        "title": head["title"],
        "definition": head.get("definition", head.get("columns", "")),
        "why": head.get("why", ""),
        "export": exported.get(query.name, ""),
        "sql": query.text if query.name == of else "",
    }


def _rule(rule: Rule, of: str) -> dict[str, Any]:
    head = rule.header
    return {"name": rule.id, "head": head, "sql": _source(rule) if rule.id == of else ""}


def _source(rule: Rule) -> str:
    """A rule's file; that of one that no SQL can say is Python."""
    return (rule.watches[0].file if rule.watches else PACKAGE / f"{rule.id}.py").read_text("utf-8")
