"""Surges of the whole store: how much more than usual, and whether what came is made of people."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isqrt, log
from typing import Any

from footfall.detect.history import History
from footfall.incident import Finding, Severity, Subject
from footfall.rules import PACKAGE, spoken

PANE = 5_000
"""Milliseconds of a pane."""

KEPT = 24
"""Panes looked back at."""

ROLLING = 12
"""Panes of a finding's window at most, once an attack goes on."""

LOUD = 3
"""Times the usual that is loud at once."""

DRIFT = log(1.5)
"""What is below one and a half of the usual wears the sum of surprises off."""

SURPRISE = 5.0
"""The sum of surprises, in logarithms, that is loud."""

EXCESS = 40
"""Events above the usual without which nothing is loud."""

HIDDEN = {1: 12, 2: 16, 4: 24, ROLLING: 40}
"""Events of no visit above the usual, by panes, that are loud where they are half of the usual traffic again: where it
is small, six times what chance adds to a third of it."""

LEARNT = 10
"""Minutes of history without which nothing is said."""

COUNTS = ("events", "views", "intents", "known", "strangers", "cookieless")
SPREADS = ("actor", "agent", "path")
SITE = Subject("site", "site")


@dataclass(frozen=True, slots=True)
class Pane:
    """What came in five seconds.

    Attributes:
        end: UTC ms.
        counts: of the site; of each spread the ordered pairs of events and those alike; ``spread``: the events without
            the busiest actor's, whose flood is another rule's; ``hidden``: those of no visit without as many.
    """

    end: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Said:
    """How a rule's findings are labelled.

    Attributes:
        rule: id of the rule.
        version: its version.
        severity: of an attack.
        confidence: percent.
    """

    rule: str
    version: int
    severity: Severity
    confidence: int

    @classmethod
    def by_header(cls) -> Said:
        """As the rule's own header says."""
        told = spoken(PACKAGE / "surge.py").header
        return cls(told.id, told.version, told.severity, told.confidence)


@dataclass(slots=True)
class Surge:
    """Reads the site's pulse pane by pane and says where it surges.

    Attributes:
        said: how findings are labelled.
        panes: the last panes, silent ones too.
        surprise: sum of the surprises so far.
        onset: end of the first loud pane of the surge that goes on; 0 while none does.
    """

    said: Said = field(default_factory=Said.by_header)
    panes: deque[Pane] = field(default_factory=lambda: deque(maxlen=KEPT))
    surprise: float = 0.0
    onset: int = 0

    def feed(self, end: int, rows: Iterable[Mapping[str, Any]], history: History) -> list[Finding]:
        """Takes the traffic rows of the pane that ends at ``end``; panes left out were silent.

        Args:
            end: UTC ms, a multiple of five seconds, higher than before.
            rows: rows of traffic.sql; none if nothing happened.
            history: what was usual, advanced to ``end``.

        Returns:
            Nothing; or one finding about the site: ``attack``; ``hidden``, one that is loud only among what belongs to
            no visit; or ``crowd`` for volume alone.
        """
        if self.panes:
            for silent in range(max(self.panes[-1].end + PANE, end - KEPT * PANE), end, PANE):
                self._take(Pane(silent, dict.fromkeys((*COUNTS, "spread", "hidden"), 0)), history)
        self._take(pane(end, rows), history)
        if history.minutes < LEARNT:
            return []
        found = self._judge(history)
        self.onset = (self.onset or self._began(history)) if found else 0
        return [self._finding(end, *found)] if found else []

    def snapshot(self) -> bytes:
        """All that the future depends on, as JSON."""
        panes = [[pane.end, pane.counts] for pane in self.panes]
        return json.dumps([panes, self.surprise, self.onset], sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def restore(cls, snapshot: bytes) -> Surge:
        """The surge detector of a snapshot."""
        panes, surprise, onset = json.loads(snapshot)
        return cls(panes=deque((Pane(end, counts) for end, counts in panes), KEPT), surprise=surprise, onset=onset)

    def _take(self, pane: Pane, history: History) -> None:
        self.panes.append(pane)
        step = log((pane.counts["spread"] + 2) / (history.pace() + 2)) - DRIFT
        self.surprise = min(max(0.0, self.surprise + step), 2 * SURPRISE)

    def _judge(self, history: History) -> tuple[str, dict[str, int]] | None:
        usual, panes = history.pace(), list(self.panes)
        weaker = None
        for length in HIDDEN:
            spread = sum(each.counts["spread"] for each in panes[-length:])
            many = length > 1 and spread - length * usual >= EXCESS
            loud = many and spread >= LOUD * length * usual
            drawn = loud or (many and self.surprise >= SURPRISE)
            if not drawn and not self._hides(length, history):
                continue
            counts = total(panes[-length:])
            told = shifts(counts, length, history)
            numbers = {
                **{name: counts[name] for name in COUNTS},
                "usual_events": round(length * usual),
                "panes": length,
                **dict.fromkeys((f"shift_{name}" for name in sorted(told)), 1),
            }
            if is_attack(told) and drawn:
                return "attack", numbers
            if is_attack(told):
                weaker = weaker or ("hidden", numbers)
            elif loud and length == ROLLING:
                weaker = weaker or ("crowd", numbers)
        return weaker

    def _hides(self, length: int, history: History) -> bool:
        """Whether what belongs to no visit is loud by itself, and still is in one of the last two panes."""
        hidden = [each.counts.get("hidden", 0) for each in list(self.panes)[-max(2, length) :]]
        usual = length * history.pace()
        bound = usual * history.mix("cookieless") + max(HIDDEN[length], usual / 2)
        return sum(hidden[-length:]) >= bound and max(hidden[-2:]) * length >= bound

    def _began(self, history: History) -> int:
        """End of the first pane of the run above twice the usual that leads here."""
        usual, first = history.pace(), self.panes[-1].end
        for each in reversed(self.panes):
            if each.counts["events"] < 2 * usual + 3:
                break
            first = each.end
        return first

    def _finding(self, end: int, watch: str, numbers: Mapping[str, int]) -> Finding:
        length = min(ROLLING, max(numbers["panes"], (end - self.onset) // PANE + 1))
        said = self.said
        severity = {"attack": said.severity, "hidden": Severity.HIGH}.get(watch, Severity.INFO)
        return Finding(
            said.rule, said.version, watch, SITE, end - length * PANE, end, severity, said.confidence, numbers
        )


def pane(end: int, rows: Iterable[Mapping[str, Any]]) -> Pane:
    """One pane from its rows."""
    counts = dict.fromkeys(COUNTS, 0)
    for row in rows:
        events, squares = int(row["events"] or 0), int(row["squares"] or 0)
        if row["dimension"] == "site":
            counts |= {name: int(row[name] or 0) for name in COUNTS}
        else:
            counts[f"{row['dimension']}_pairs"] = events * (events - 1)
            counts[f"{row['dimension']}_same"] = squares - events
    busiest = isqrt(counts.get("actor_same", 0))
    apart = {"spread": counts["events"] - busiest, "hidden": max(0, counts["cookieless"] - busiest)}
    return Pane(end, counts | apart)


def total(panes: Iterable[Pane]) -> dict[str, int]:
    """The sum of some panes."""
    names = (*COUNTS, *(f"{spread}_{what}" for spread in SPREADS for what in ("pairs", "same")))
    every = list(panes)
    return {name: sum(each.counts.get(name, 0) for each in every) for name in names}


def shifts(counts: Mapping[str, int], length: int, history: History) -> frozenset[str]:
    """Which shifts of composition some panes show against the usual.

    ``intents``: carts and purchases per view halved. ``hands``, ``agents``, ``paths``: a third of the usual effective
    number of actors, agents or paths. ``strangers``: neither user nor referrer nor campaign, 30 points more.
    ``cookieless``: no visit at all, 30 points more. ``known``: logged-in customers hold still while traffic triples.
    """
    events = counts["events"]
    expected = counts["views"] * history.mix("intents", "views")
    known = length * history.pace() * history.mix("known")
    found = {
        "intents": expected >= 8 and 2 * counts["intents"] <= expected,
        "known": events >= LOUD * length * history.pace() and counts["known"] <= 1.5 * known + 3,
        "strangers": counts["strangers"] >= (history.mix("strangers") + 0.3) * events,
        "cookieless": counts["cookieless"] >= (history.mix("cookieless") + 0.3) * events,
        "hands": _denser(counts, "actor", history),
        "agents": _denser(counts, "agent", history),
        "paths": _denser(counts, "path", history),
    }
    return frozenset(name for name, shifted in found.items() if shifted)


def is_attack(told: frozenset[str]) -> bool:
    """Two shifts at least, one of which no crowd of people brings about.

    That is: no visit; few agents in many hands; strangers who neither buy nor fill carts. One busy hand makes agents
    and paths few too, and says nothing of the store.
    """
    few_agents = "agents" in told and "hands" not in told
    return len(told) >= 2 and (few_agents or "cookieless" in told or told >= {"strangers", "intents"})


def _denser(counts: Mapping[str, int], spread: str, history: History) -> bool:
    """Whether events share a member three times as often as usual, beyond the chance of small numbers."""
    pairs, same = counts[f"{spread}_pairs"], counts[f"{spread}_same"]
    usual = history.alike(spread) * pairs
    return pairs > 0 and usual > 0 and same >= LOUD * usual + 3 * (LOUD * usual) ** 0.5 + 60
