"""Cases of the rules: events told in runs, what was usual before them, and the findings that must come of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from footfall.detect.guard import finding_of
from footfall.detect.history import History
from footfall.detect.relation import Events, relation
from footfall.detect.windows import Found, Windows
from footfall.event import arrow_schema
from footfall.incident import Finding
from footfall.rules import Watch, rules

Row = dict[str, Any]

START = 1_699_999_200_000
"""A full hour, UTC ms; the seconds of a case count from here."""

FOLDER = Path(__file__).parent
HOUR = 3_600_000
PAST = 2 * HOUR
MEMBER = ("events", "views", "carts", "purchases", "failed_logins", "failed_payments", "outside", "visits")


@dataclass(frozen=True, slots=True)
class Case:
    """A folder with a ``case.json``.

    Attributes:
        rule: id of the rule.
        name: of the folder.
        told: the file's content: ``why``; ``events``, runs of events that differ by their number; ``usual``, what each
            minute of two hours before held; ``expected``, the findings.
    """

    rule: str
    name: str
    told: Mapping[str, Any]

    def events(self) -> pa.Table:
        """The events in the event's schema."""
        return table([row for run in self.told["events"] for row in spelled(run)])

    def history(self) -> History:
        """What was usual."""
        found = History()
        usual = self.told.get("usual", [])
        for end in range(START - PAST, START, 60_000) if usual else ():
            found.add("members", end, 60_000, [dict.fromkeys(MEMBER, 0) | row for row in usual])
        found.advance(START)
        return found


def cases(rule: str | None = None) -> list[Case]:
    """The cases of a rule, or of all."""
    files = sorted(FOLDER.glob(f"{rule or '*'}/*/case.json"))
    return [Case(file.parts[-3], file.parts[-2], json.loads(file.read_text("utf-8"))) for file in files]


def spelled(run: Mapping[str, Any]) -> Iterator[Row]:
    """The events of a run: ``times`` of them from second ``at``, ``every`` so many seconds; ``{n}`` is the number."""
    fields = {name: value for name, value in run.items() if name not in ("times", "at", "every")}
    for n in range(run.get("times", 1)):
        moment = datetime.fromtimestamp(START / 1000, UTC) + timedelta(seconds=run["at"] + n * run.get("every", 0))
        yield {"event_time": moment, **{name: _numbered(value, n) for name, value in fields.items()}}


def _numbered(value: Any, n: int) -> Any:
    if isinstance(value, list):
        return _numbered(value[n % len(value)], n)
    return value.format(n=n) if isinstance(value, str) else value


def table(rows: Sequence[Row]) -> pa.Table:
    """Rows that name only what matters, in the event's schema."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema())


def findings(
    rule: str, events: pa.Table, history: History, engine: Callable[[Sequence[Watch]], Windows]
) -> list[Finding]:
    """What a rule finds in events, through an engine, confirmed; the time goes on by the shortest hop."""
    watches = rules()[rule].watches
    windows, whole = engine(watches), relation(events)
    times = whole["event_time"].to_numpy()
    hop, longest = min(watch.hop for watch in watches), max(watch.size for watch in watches)
    found: list[Finding] = []
    for end in range(START + hop, int(times.max()) + longest + hop, hop):
        fresh = whole.filter(pa.array((times >= end - hop) & (times < end)))
        found += _confirmed(windows, windows.feed(fresh, end - 1), history)
    return found


def _confirmed(windows: Windows, found: Sequence[Found], history: History) -> Iterator[Finding]:
    for each in found:
        watch, end = each.watch, each.window_end
        for key, counts in each.rows():
            finding = finding_of(watch, key, end, counts)
            events = Events(partial(windows.steps, watch, key, end))
            kept = watch.confirm(finding, events, history) if watch.confirm else finding
            if kept:
                yield kept


def summary(found: Sequence[Finding]) -> list[Row]:
    """Findings of one watch and subject as one row: first and last end, in seconds, how many, the first's counts."""
    rows: dict[tuple[str, str], Row] = {}
    for each in found:
        row = rows.setdefault(
            (each.watch, each.subject.name),
            {
                "watch": each.watch,
                "subject": each.subject.name,
                "first": (each.until - START) // 1000,
                "counts": dict(each.counts),
                "members": [],
                "windows": 0,
            },
        )
        row["last"] = (each.until - START) // 1000
        row["windows"] += 1
        row["members"] = sorted({*row["members"], *(member.name for member in each.members)})
    return list(rows.values())
