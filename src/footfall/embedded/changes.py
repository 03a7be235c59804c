"""What verdicts did to the figures: every day restated, from what to what, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from footfall.detect.verdicts import excluded
from footfall.embedded.judged import Days
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.table import sync
from footfall.incident import Verdict
from footfall.insights.columns import POPULATIONS
from footfall.layout import Layout
from footfall.ports import FootfallError

FIGURES = {
    "unique_visitors": ("visitors", "sessions"),
    "sales": ("orders", "revenue"),
    "abandoned_carts": ("abandonment", "decided", "value_at_stake"),
}
"""The figures whose changes are put down: those of a day that people quote; money in minor units."""

Figures = dict[str, dict[str, list[int]]]
"""By day and name of the figure: its values gross, net of known bots, and net."""


class Mark(msgspec.Struct, frozen=True):
    """What an incident leaves out of a day: by how many verdicts of which rule, and a digest of them."""

    rule: str
    verdicts: int
    digest: str


Marks = dict[str, dict[str, Mark]]
"""By day and incident."""


class Why(msgspec.Struct, frozen=True):
    """An incident whose verdicts on some day are others than before: how many there were and are."""

    incident: str
    rule: str
    before: int
    after: int


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """A figure of a day that became another, each as [old, new]; ``money`` says minor units."""

    at: str
    build: str
    day: date
    figure: str
    gross: tuple[int, int]
    known: tuple[int, int]
    net: tuple[int, int]
    why: list[Why]
    money: bool = False


class _Pending(msgspec.Struct):
    """A build under way: the figures before it, and why they may change."""

    at: str
    figures: Figures
    why: dict[str, list[Why]]
    other_data: list[str]


class ChangeLog:
    """The log of one home; a killed build's changes are put down by the next one.

    Args:
        lake: whose figures.
        verdicts: as they are now.
        days: of the lake.
    """

    def __init__(self, lake: EmbeddedLake, verdicts: Iterable[Verdict], days: Days) -> None:
        self._lake, self._layout = lake, lake.layout
        self._marks = marks(verdicts, days)
        self._pending_path = self._layout.changes.with_suffix(".pending")

    def begin(self, changed_files: Iterable[date]) -> None:
        """Puts down the figures that there are, if verdicts changed.

        Args:
            changed_files: days whose events changed since they were counted.
        """
        before = _read(self._layout.judged, Marks) or {}
        why = differences(before, self._marks)
        unfinished = _read(self._pending_path, _Pending)
        if unfinished:
            why = {
                day: _merged(unfinished.why.get(day, []), why.get(day, [])) for day in sorted({*why, *unfinished.why})
            }
            self._write_pending(unfinished.at, unfinished.figures, why, changed_files, unfinished.other_data)
        elif why:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self._write_pending(at, figures(self._lake), why, changed_files, [])

    def end(self) -> list[Change]:
        """Puts down what became of the figures; gives the changes."""
        pending = _read(self._pending_path, _Pending)
        if pending is None:
            return []
        changes = list(self._changes(pending))
        _append(self._layout.changes, changes)
        _replace(self._layout.judged, self._marks)
        self._pending_path.unlink()
        return changes

    def _write_pending(
        self, at: str, before: Figures, why: dict[str, list[Why]], changed: Iterable[date], other: list[str]
    ) -> None:
        data = sorted({*other, *(day.isoformat() for day in changed)})
        _replace(self._pending_path, _Pending(at, before, why, data))

    def _changes(self, pending: _Pending) -> Iterable[Change]:
        """Days whose verdicts changed, and, where nothing else changed, those that they reach: carts live for weeks."""
        build = blake2b(msgspec.json.encode((pending.at, pending.figures)), digest_size=8).hexdigest()
        all_of_them = list(dict.fromkeys(why for listed in pending.why.values() for why in listed))
        now = figures(self._lake)
        for day in sorted(pending.figures):
            if day in pending.why or not pending.other_data:
                for name, old in pending.figures[day].items():
                    new = now.get(day, {}).get(name)
                    if new and new != old:
                        gross, known, net = zip(old, new, strict=True)
                        why = pending.why.get(day, all_of_them)
                        money = name in ("revenue", "value_at_stake")
                        yield Change(pending.at, build, date.fromisoformat(day), name, gross, known, net, why, money)


def changes(layout: Layout) -> list[Change]:
    """Every change ever put down, oldest first."""
    try:
        lines = layout.changes.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [msgspec.json.decode(line, type=Change) for line in lines]


def marks(verdicts: Iterable[Verdict], days: Days) -> Marks:
    """What each incident leaves out of each day."""
    found: defaultdict[tuple[str, str, str], list[tuple[object, ...]]] = defaultdict(list)
    for verdict in filter(excluded, verdicts):
        for day, since, until in days.touched(verdict.valid_from, verdict.valid_to):
            said = (verdict.subject, since, until, verdict.klass, verdict.threat)
            found[day.isoformat(), verdict.incident, verdict.rule].append((verdict.id, *said))
    result: Marks = {}
    for (name, incident, rule), listed in sorted(found.items()):
        digest = blake2b(repr(sorted(listed, key=repr)).encode(), digest_size=6).hexdigest()
        result.setdefault(name, {})[incident] = Mark(rule, len(listed), digest)
    return result


def differences(before: Marks, after: Marks) -> dict[str, list[Why]]:
    """Of each day, the incidents that leave out others than before."""
    result: dict[str, list[Why]] = {}
    for day in sorted({*before, *after}):
        old, new = before.get(day, {}), after.get(day, {})
        for incident in sorted({*old, *new}):
            if old.get(incident) != new.get(incident):
                rule = (new.get(incident) or old[incident]).rule
                counts = [held[incident].verdicts if incident in held else 0 for held in (old, new)]
                result.setdefault(day, []).append(Why(incident, rule, *counts))
    return result


def figures(lake: EmbeddedLake) -> Figures:
    """The figures of every day as the marts have them; none while they are not built."""
    from footfall.embedded.answers import Answers

    result: Figures = {}
    try:
        answers = Answers(lake)
        for question, names in FIGURES.items():
            for row in answers.ask(question).to_pylist():
                day = row["day"].isoformat() if row["day"] else "whole"
                result.setdefault(day, {}).update(_of_row(row, names))
    except FootfallError:
        return {}
    result.pop("whole", None)
    return result


def _of_row(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, list[int]]:
    return {name: [row[f"{name}_{population}"] for population in POPULATIONS] for name in names}


def _merged(earlier: list[Why], later: list[Why]) -> list[Why]:
    """Two reasons after each other as one for each incident."""
    found = {why.incident: why for why in earlier}
    for why in later:
        before = found[why.incident].before if why.incident in found else why.before
        found[why.incident] = Why(why.incident, why.rule, before, why.after)
    return list(found.values())


def _append(path: Path, found: list[Change]) -> None:
    """Adds changes durably; what a killed build put down already is not added again."""
    whole = path.read_bytes() if path.exists() else b""
    lines = [msgspec.json.encode(change) for change in found]
    there = set(whole.splitlines())
    if fresh := [line + b"\n" for line in lines if line not in there]:
        _replace_bytes(path, whole + b"".join(fresh))


def _replace(path: Path, document: Any) -> None:
    _replace_bytes(path, msgspec.json.encode(document))


def _replace_bytes(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(content)
    sync(draft)
    draft.replace(path)
    sync(path.parent)


def _read(path: Path, kind: Any) -> Any:
    """A document kept as JSON; None where there is none, or one that cannot be read any more."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
