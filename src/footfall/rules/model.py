"""What a rule is: its header, its watches over windows, and the feeds that say what is usual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from footfall.incident import Finding, Severity
from footfall.ports import FootfallError
from footfall.rules.evidence import Events, History

Confirm = Callable[[Finding, Events, History], Finding | None]
"""Looks again at a finding: ``(finding, events, history)``; None drops it."""

SUBJECTS = ("ip", "network", "session", "visitor", "actor", "agent", "product", "campaign", "site")
"""What a watch's key may name."""


class RuleError(FootfallError):
    """A rule that cannot be used: its file, the line, the reason.

    Attributes:
        file: the rule's file.
        line: counted from 1.
        reason: one sentence.
    """

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


@dataclass(frozen=True, slots=True)
class Header:
    """What a rule says of itself; ``quiet`` in ms, ``confidence`` in percent, ``threat`` as written: ``OAT-015``."""

    id: str
    version: int
    title: str
    severity: Severity
    confidence: int
    klass: str
    threat: str
    why: str
    false_positives: str
    response: str
    quiet: int


@dataclass(frozen=True, slots=True)
class Watch:
    """One SELECT of a rule, over sliding windows.

    Attributes:
        rule: the header of its rule.
        name: unique in the rule.
        subject: what the key names, one of :data:`SUBJECTS`.
        key: the columns of its outermost GROUP BY.
        size: of the window, ms.
        hop: from one window to the next, ms.
        text: the SELECT, without the comments before it.
        severity: its own, else the rule's.
        confidence: its own, else the rule's.
        early: may warn before its window closes.
        alert: False where it adds to the subject's score only.
        gate: a necessary condition over additive aggregates; empty where the HAVING is its own.
        confirm: looks again at each finding; None where the SELECT says it all.
        baseline: whether ``confirm`` wants history.
        note: what the author says of it.
        file: where it stands.
        line: of the SELECT's first line, counted from 1.
    """

    rule: Header
    name: str
    subject: str
    key: tuple[str, ...]
    size: int
    hop: int
    text: str
    severity: Severity
    confidence: int
    early: bool = False
    alert: bool = True
    gate: str = ""
    confirm: Confirm | None = field(default=None, compare=False)
    baseline: bool = False
    note: str = ""
    file: Path = field(default=Path(), compare=False)
    line: int = field(default=1, compare=False)

    @property
    def id(self) -> str:
        """The rule's id and the watch's name: ``source_flood.burst``."""
        return f"{self.rule.id}.{self.name}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule file: its header and its watches, in order."""

    header: Header
    watches: tuple[Watch, ...]

    @property
    def id(self) -> str:
        """The file's name without its ending."""
        return self.header.id


@dataclass(frozen=True, slots=True)
class Feed:
    """A SELECT over tumbling windows of ``size`` ms whose rows a baseline or the surge detector reads."""

    id: str
    version: int
    title: str
    why: str
    size: int
    text: str
    file: Path = field(default=Path(), compare=False)
    line: int = field(default=1, compare=False)
