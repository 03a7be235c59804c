"""Who is no customer, from when to when and how sure that is: what the figures leave out and what may be blocked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from footfall.detect.alerts import Change, Manner, What
from footfall.detect.scores import source
from footfall.incident import Alert, Finding, Subject, Verdict, verdict_id

JUDGED = frozenset({"ip", "session", "visitor", "actor", "agent"})
"""Kinds of subject that a verdict can be about."""
SURE = 90
"""Percent from which a verdict leaves its subject out of the figures."""
SUREST = 99
AGAIN = 600_000
"""At every multiple of so many ms the verdicts on all members of an alert grow; when it ends, once more."""
TOGETHER = 3_600_000
"""Rules agree on a subject if the one found it within so long of the other, in ms."""
GIVT = "GIVT"
EVEN_BUYERS = ("OAT-001", "OAT-005", "OAT-010")
"""Threats whose sign is the purchase itself: carding, scalping, card cracking."""
CROWD = 5
"""From so many visits at human pace an address is shared, and is never left out or blocked whole."""

Asked = Callable[[Subject, int, int], int]
"""Something counted of a subject between two moments, in ms, inclusive."""


Places = Callable[[Subject, int], list[str]]
"""Addresses of a subject alone, as seen before a moment, in ms."""


def nowhere(_subject: Subject, _until: int) -> list[str]:
    """Says that there was none."""
    return []


def nothing(_subject: Subject, _since: int, _until: int) -> int:
    """Says that there was none."""
    return 0


@dataclass
class _Held:
    """A verdict that may still grow: itself, what its own rule is sure of, its alert."""

    verdict: Verdict
    own: int
    alert: str


class _Seen(NamedTuple):
    """What was found of a member since its verdict was last told: from when, to when, how sure."""

    since: int
    last: int
    own: int


@dataclass
class _State:
    """All that is remembered; as it stands in a snapshot."""

    held: list[_Held] = field(default_factory=list)
    ended: list[tuple[str, int]] = field(default_factory=list)
    unsaid: list[tuple[str, list[tuple[Subject, _Seen]]]] = field(default_factory=list)


class Verdicts:
    """The verdicts of alerts that go on or ended lately.

    Args:
        manners: of every rule, by its id.
    """

    def __init__(self, manners: Mapping[str, Manner]) -> None:
        self._manners = manners
        self._held: dict[str, _Held] = {}
        self._of_source: dict[str, dict[str, bool]] = {}
        self._of_alert: dict[str, dict[Subject, str]] = {}
        self._ended: dict[str, int] = {}
        self._unsaid: dict[str, dict[Subject, _Seen]] = {}

    def take(
        self,
        changes: Iterable[Change],
        of: Mapping[str, str],
        purchases: Asked = nothing,
        people: Asked = nothing,
        places: Places = nowhere,
    ) -> list[Verdict]:
        """Folds what became of alerts, in the order ``Alerts`` gave it; provisional ones judge nobody.

        Args:
            changes: from ``Alerts``.
            of: the incident of each alert, as ``Incidents`` put it.
            purchases: honoured purchases of a subject.
            people: visits at human pace from an address.
            places: addresses that can be shut out for a subject.

        Returns:
            Every verdict that is new or has changed, as it is now, in the order of first change.
        """
        changed: dict[str, Verdict] = {}
        for change in changes:
            self._forget(change.at)
            if change.alert and change.finding and change.what in (What.OPENED, What.UPDATED):
                for subject in self._due(change.alert, change.finding):
                    key = self._judge(change.alert, change.finding, subject, of[change.alert.id], places)
                    self._ask(key, purchases, people, changed)
                    self._agree(key, changed)
            elif change.alert and change.what is What.ENDED:
                self._ended[change.alert.id] = change.at
                unsaid = self._unsaid.pop(change.alert.id, {})
                for key in self._of_alert.get(change.alert.id, {}).values():
                    self._say(key, unsaid)
                    self._ask(key, purchases, people, changed, again=True)
                    self._agree(key, changed)
        return list(changed.values())

    def snapshot(self) -> bytes:
        """Everything remembered, for ``restore``."""
        unsaid = [(alert, sorted(seen.items())) for alert, seen in self._unsaid.items()]
        return msgspec.json.encode(_State(list(self._held.values()), list(self._ended.items()), unsaid))

    def restore(self, snapshot: bytes) -> None:
        """Goes on where a snapshot was taken."""
        state = msgspec.json.decode(snapshot, type=_State)
        self._held, self._of_source, self._of_alert = {}, {}, {}
        for held in state.held:
            self._hold(held)
        self._ended = dict(state.ended)
        self._unsaid = {alert: dict(seen) for alert, seen in state.unsaid}

    def _due(self, alert: Alert, finding: Finding) -> Iterable[Subject]:
        """Whom a finding is to judge now: of many members those that are new, and all of them now and then."""
        judged = subjects(finding)
        if not finding.members or finding.until % AGAIN == 0:
            return judged
        known, unsaid = self._of_alert.get(alert.id, {}), self._unsaid.setdefault(alert.id, {})
        found = _Seen(finding.since, finding.until - 1, finding.confidence)
        merged: dict[_Seen, _Seen] = {found: found}
        fresh = []
        for subject in judged:
            if subject not in known:
                fresh.append(subject)
                continue
            seen = unsaid.get(subject, found)
            if seen not in merged:
                merged[seen] = _both(seen, found)
            unsaid[subject] = merged[seen]
        return fresh

    def _say(self, key: str, unsaid: Mapping[Subject, _Seen]) -> None:
        """Lets the verdict on a member grow by all that was found of it meanwhile."""
        held = self._held[key]
        if seen := unsaid.get(held.verdict.subject):
            since, last = min(held.verdict.valid_from, seen.since), max(held.verdict.valid_to, seen.last)
            held.verdict = replace(held.verdict, valid_from=since, valid_to=last)
            held.own = max(held.own, seen.own)

    def _hold(self, held: _Held) -> None:
        key = held.verdict.id
        self._held[key] = held
        self._of_source.setdefault(source(held.verdict.subject), {})[key] = True
        self._of_alert.setdefault(held.alert, {})[held.verdict.subject] = key

    def _judge(self, alert: Alert, finding: Finding, subject: Subject, incident: str, places: Places) -> str:
        """Makes the verdict of an alert on a subject, or lets it grow; its id."""
        last = finding.until - 1
        known = self._of_alert.get(alert.id, {}).get(subject)
        key = known or verdict_id(alert.id, subject)
        if held := self._held.get(key):
            verdict = held.verdict
            held.own = max(held.own, finding.confidence)
            held.verdict = replace(
                verdict,
                valid_from=min(verdict.valid_from, finding.since),
                valid_to=max(verdict.valid_to, last),
                evidence={**verdict.evidence, "counts": _highest(verdict.evidence["counts"], finding.counts)},
            )
            return key
        manner = self._manners[finding.rule]
        evidence: dict[str, Any] = {"alert": alert.id, "counts": dict(finding.counts), "title": manner.title}
        if addresses := places(subject, finding.until):
            evidence["addresses"] = addresses
        self._hold(
            _Held(
                Verdict(
                    id=key,
                    subject=subject,
                    valid_from=finding.since,
                    valid_to=last,
                    incident=incident,
                    rule=finding.rule,
                    version=finding.version,
                    klass=manner.klass,
                    threat=manner.threat,
                    confidence=finding.confidence,
                    evidence=evidence,
                ),
                finding.confidence,
                alert.id,
            )
        )
        return key

    def _ask(self, key: str, purchases: Asked, people: Asked, changed: dict[str, Verdict], again: bool = False) -> None:
        """Asks once when a verdict is new and once when its alert ends whether people would be hurt."""
        held = self._held[key]
        verdict = held.verdict
        if again or "purchases" not in verdict.evidence:
            span = (verdict.subject, verdict.valid_from, verdict.valid_to)
            counted = {"purchases": purchases(*span)}
            if verdict.subject.kind == "ip":
                counted["people"] = max(people(*span), verdict.evidence.get("people", 0))
            held.verdict = replace(verdict, evidence={**verdict.evidence, **counted})
        changed[key] = held.verdict

    def _agree(self, key: str, changed: dict[str, Verdict]) -> None:
        """Raises what is said of a subject by several rules at about the same time."""
        own, verdict = self._held[key].own, self._held[key].verdict
        others = self._of_source[source(verdict.subject)]
        if len(others) == 1 and own <= verdict.confidence:
            return
        near = [held for other in others if (held := self._held[other]).verdict.valid_to >= verdict.valid_to - TOGETHER]
        sure: dict[str, int] = {}
        for held in near:
            sure[held.verdict.rule] = max(sure.get(held.verdict.rule, 0), held.own)
        confidence = together(sure.values())
        for held in near:
            if confidence > held.verdict.confidence:
                rules = sorted({*sure, *held.verdict.evidence.get("rules", ())})
                held.verdict = replace(
                    held.verdict, confidence=confidence, evidence={**held.verdict.evidence, "rules": rules}
                )
                changed[held.verdict.id] = held.verdict

    def _forget(self, at: int) -> None:
        """Lets go of verdicts whose alert ended so long ago that nothing can change them."""
        while self._ended and (alert := next(iter(self._ended))) and self._ended[alert] + TOGETHER < at:
            del self._ended[alert]
            for key in self._of_alert.pop(alert, {}).values():
                name = source(self._held.pop(key).verdict.subject)
                del self._of_source[name][key]
                if not self._of_source[name]:
                    del self._of_source[name]


def subjects(finding: Finding) -> tuple[Subject, ...]:
    """Whom a finding judges: its members where it has any, else its subject; kinds that can be judged alone."""
    judged = (one for one in finding.members or (finding.subject,) if one.kind in JUDGED)
    return tuple(sorted(dict.fromkeys(judged)))


def _both(one: _Seen, other: _Seen) -> _Seen:
    return _Seen(min(one.since, other.since), max(one.last, other.last), max(one.own, other.own))


def together(confidences: Iterable[int]) -> int:
    """How sure several rules are that agree: all but the product of what each may miss, in percent, at most 99.

    >>> together([60]), together([60, 60]), together([90, 80]), together([])
    (60, 84, 98, 0)
    """
    misses, scale, best = 1, 1, 0
    for confidence in confidences:
        misses, scale, best = misses * (100 - confidence), scale * 100, max(best, confidence)
    return max(best, min(SUREST, 100 - -(-misses * 100 // scale)))


def spares_buyers(verdict: Verdict) -> bool:
    """Whether a visit with an honoured purchase stays in the figures all the same."""
    return not any(threat in verdict.threat for threat in EVEN_BUYERS)


def excluded(verdict: Verdict) -> bool:
    """Whether a verdict leaves its subject out of the figures."""
    bought = verdict.subject.kind in ("session", "actor") and verdict.evidence.get("purchases", 0) > 0
    return (
        verdict.withdrawn is None
        and (verdict.confidence >= SURE or verdict.klass == GIVT)
        and not (bought and spares_buyers(verdict))
        and not shared(verdict)
    )


def shared(verdict: Verdict) -> bool:
    """Whether many people come from the address judged."""
    return int(verdict.evidence.get("people", 0)) >= CROWD


def _highest(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {**one, **{name: max(one.get(name, value), value) for name, value in other.items()}}
