"""The guard in a terminal: what it found, what bots had moved, and how that compares with the truth."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence, Set
from datetime import UTC, date, datetime
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.table import Table

from footfall.cli import show
from footfall.detect.headlines import KINDS, VERBS
from footfall.detect.verdicts import excluded
from footfall.embedded.answers import Answers
from footfall.embedded.changes import changes
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Incident, Severity, Verdict
from footfall.insights.columns import POPULATIONS

if TYPE_CHECKING:
    from footfall.detect.grade import Profile
    from footfall.embedded.demo import Marks

SHORT = 17
"""Characters of a name in the table of incidents."""
_SAID = re.compile(rf" (?:{'|'.join(VERBS)}) ")
Paint = Callable[[float], str]
Figures = tuple[str, Paint, tuple[int, int, int]]
"""A figure's name, how it is written, and its three counts."""


class Guarded:
    """What the guard of a home says, and what that moved.

    Args:
        answers: of the home, over any range.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        store = EmbeddedIncidents(answers.lake.layout)
        self.incidents = [one for one in store.incidents() if one.severity is not Severity.INFO]
        self._judged = [verdict for verdict in store.verdicts() if excluded(verdict)]
        store.close()

    def sentence(self) -> str:
        """What was found and what it moved; empty where nothing was."""
        if not self.incidents:
            return ""
        said = f"[bold]{len(self.incidents):,} incidents[/] by {len({one.rule for one in self.incidents})} rules"
        if not self._judged:
            return f"{said}. Nobody is left out of the figures for them."
        subjects, restated = {verdict.subject for verdict in self._judged}, changes(self._answers.lake.layout)
        moved = {name: [paint(counts[0]), paint(counts[-1])] for name, paint, counts in self._of_days}
        people, stake = moved["visitors"], moved["value at stake"]
        return (
            f"{said}: {len(subjects):,} addresses, visits and agents are no customers. {self._period} there were "
            f"{people[1]} visitors, not {people[0]}, and {stake[1]} at stake in carts, not {stake[0]}; "
            f"{len(restated):,} figures are restated."
        )

    def tables(self) -> list[Any]:
        """What bots had moved, and the gravest incident of each rule; nothing where nothing was found."""
        return [*self._moved(), *([self._found()] if self.incidents else [])]

    def _moved(self) -> list[Any]:
        if not self._judged:
            return []
        rows = [
            (name, *map(paint, counts), _moved(counts[0], counts[-1]))
            for name, paint, counts in (*self._of_days, *self._of_brands())
        ]
        title = f"What bots had moved, {self._period[0].lower()}{self._period[1:]}"
        return [show.table(title, ["", "all events", "less known bots", "net", "moved"], rows, 1, 30)]

    @property
    def _period(self) -> str:
        first, last = (f"{day.day} {day:%b}" for day in _span(self._judged, self._answers))
        return f"On {first}" if first == last else f"From {first} to {last}"

    @cached_property
    def _of_days(self) -> list[Figures]:
        """Figures of the days that verdicts touch."""
        answers = Answers(self._answers.lake, *_span(self._judged, self._answers))
        whole = answers.ask("visitors_of_range").to_pylist()[0]
        days, sales = answers.ask("unique_visitors").to_pylist(), answers.ask("sales").to_pylist()
        carts = answers.ask("abandoned_carts").to_pylist()[-1]
        return [
            ("visitors", _count, _counts([whole], "visitors")),
            ("visits", _count, _counts(days, "sessions")),
            ("orders", _count, _counts(sales, "orders")),
            ("revenue", self._money, _counts(sales, "revenue")),
            ("carts abandoned", _count, _counts([carts], "abandonment")),
            ("value at stake", self._money, _counts([carts], "value_at_stake")),
        ]

    def _of_brands(self) -> list[Figures]:
        """What brands to fix are said to lose, over the whole range."""
        lake, since, until = self._answers.lake, self._answers.since, self._answers.until
        lost = [sum(_lost(Answers(lake, since, until, population))) for population in POPULATIONS]
        return [("lost by brands to fix", self._money, (lost[0], lost[1], lost[2]))]

    def _money(self, minor: float) -> str:
        """Money without its minor unit, for a small table."""
        store = self._answers.lake.settings.store
        return f"{minor / 10**store.minor_digits:,.0f} {store.currency}"

    def _found(self) -> Table:
        gravest: dict[str, Incident] = {}
        for one in sorted(self.incidents, key=_gravity, reverse=True):
            gravest.setdefault(one.rule, one)
        each = Counter(one.rule for one in self.incidents)
        rows = [
            (rule, each[rule], _moment(one.opened), _who(one), _what(one))
            for rule, one in sorted(gravest.items(), key=lambda item: item[1].opened)
        ]
        return _told(
            show.table("Incidents, the gravest of each rule", ["rule", "", "UTC", "who", "what"], rows, 1, 23), 2
        )


def print_marks(marks: Marks) -> None:
    """How what the guard said compares with the truth, attack by attack."""
    card = marks.attacks
    rows = [
        (one.kind.replace("_", " "), one.sources, one.found, one.leaked, _after(one), _by(one.rules))
        for one in card.profiles
    ]
    names = ["attack", "sources", "named", "let by", "after", "by"]
    show.out.print()
    show.out.print(_told(show.table("The attacks there were", names, rows, 1, 24), 5))
    noticed = sorted(one.seconds for one in card.profiles if one.seconds is not None)
    half = f", half of them within {_duration(median(noticed))}" if noticed else ""
    alone = [name for name, found in marks.tempted.items() if not found]
    false = Counter(rule for rule, _ in card.false_alerts)
    named = f" ({', '.join(sorted(false))})" if false else ""
    show.out.print(
        f"\n[bold]Against the truth, the guard[/]: {len(noticed):,} of {len(card.profiles):,} attacks noticed{half} · "
        f"{card.flagged_people:,} of {card.people:,} people named · {len(card.false_alerts):,} false alerts{named} · "
        f"{len(alone):,} of {len(marks.tempted):,} look-alikes left alone"
    )


def _span(judged: Sequence[Verdict], answers: Answers) -> tuple[date, date]:
    """The local days that verdicts touch."""
    zone = answers.lake.settings.store.zone
    edges = [min(verdict.valid_from for verdict in judged), max(verdict.valid_to for verdict in judged)]
    first, last = (datetime.fromtimestamp(edge / 1000, zone).date() for edge in edges)
    return max(first, answers.first), min(last, answers.last)


def _lost(answers: Answers) -> list[int]:
    brands = answers.brands()
    return [int(money) for money, label in zip(brands["money"], brands["label"], strict=True) if label == "Fix"]


def _counts(rows: Sequence[dict[str, Any]], name: str) -> tuple[int, int, int]:
    gross, known, net = (sum(row[f"{name}_{population}"] for row in rows) for population in POPULATIONS)
    return gross, known, net


def _count(value: float) -> str:
    return f"{round(value):,}"


def _moved(gross: int, net: int) -> str:
    return f"{100 * (gross - net) / net:+,.1f} %" if net else "–"


def _gravity(one: Incident) -> tuple[int, int, int]:
    return one.severity.rank, one.score, one.subjects


def _duration(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 600 else f"{seconds / 60:,.0f} min"


def _after(one: Profile) -> str:
    return "never" if one.seconds is None else _duration(one.seconds)


def _by(rules: Set[str]) -> str:
    """The first of some rules, and how many more there are."""
    first, *others = [*sorted(rules), ""][: max(1, len(rules))]
    return f"{first} +{len(others)}" if others else first


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%d %b %H:%M")


def _who(one: Incident) -> str:
    """Whom an incident is about, in few words."""
    if one.subject_kind == "site":
        return "the store"
    if one.subjects > 1:
        return f"{one.subjects:,} {KINDS[one.subject_kind]}"
    name = _SAID.split(one.headline)[0]
    return name if len(name) <= SHORT else f"{name[: SHORT - 1]}…"


def _what(one: Incident) -> str:
    """The number that a headline ends with: ``30 carts in 10 min``."""
    return _SAID.split(one.headline)[-1]


def _told(table: Table, first: int) -> Table:
    """A table whose columns from the ``first`` on are text too."""
    for column in table.columns[first:]:
        column.justify = "left"
    return table
