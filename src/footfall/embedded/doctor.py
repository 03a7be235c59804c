"""What can be wrong with an installation, and what to do about it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from footfall.config import SettingsError, load
from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.embedded.lake import EmbeddedLake
from footfall.embedded.marts import mart, uncounted
from footfall.embedded.segments import SUFFIX
from footfall.embedded.sentry import known_rules
from footfall.layout import MANIFEST, Layout
from footfall.ports import FootfallError
from footfall.rules import RuleError

LOW_DISK = 2 << 30
UNTOLD = "SELECT count(*) AS n, max(error) AS error FROM outbox WHERE state = 'waiting' AND tries > 0"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, what to do."""

    ok: bool
    what: str
    do: str = ""


def examine(home: Path) -> list[Finding]:
    """Looks at the settings, the folder, the disk, every file of the lake, the marts and the log, and at the guard."""
    try:
        settings = load(Layout(home).settings)
    except SettingsError as error:
        return [
            Finding(
                False, str(error), f"Edit {Layout(home).settings}; `footfall init` in another home shows the defaults."
            )
        ]
    lake = EmbeddedLake(Layout(home), settings)
    findings = [Finding(True, f"settings: zone {settings.store.timezone}, currency {settings.store.currency}")]
    for check in CHECKS:
        try:
            findings.extend(check(lake))
        except FootfallError as error:
            findings.append(Finding(False, str(error), "Remove the damaged file and ingest the sources again."))
    return findings


def _folder(lake: EmbeddedLake) -> Iterator[Finding]:
    home = lake.layout.home
    if not home.exists():
        yield Finding(True, f"{home} does not exist yet", "footfall demo, or: footfall ingest FILE")
    elif not os.access(home, os.W_OK):
        yield Finding(
            False, f"{home} cannot be written by this user", "Give this user the folder, or name another: --home DIR"
        )
    else:
        yield Finding(True, f"{home} can be written")


def _disk(lake: EmbeddedLake) -> Iterator[Finding]:
    place = lake.layout.home if lake.layout.home.exists() else Path.cwd()
    free = shutil.disk_usage(place).free
    yield Finding(
        free >= LOW_DISK, f"{free / 2**30:,.1f} GiB free", "" if free >= LOW_DISK else "Make room on the disk."
    )


def _events(lake: EmbeddedLake) -> Iterator[Finding]:
    days = lake.days()
    damaged = [day for day, file in days.items() if not lake.table.is_whole(file)]
    for day in damaged:
        yield Finding(
            False,
            f"the lake's file of {day} is missing or damaged",
            "Restore it from a copy, or remove the day and ingest its sources again.",
        )
    if days and not damaged:
        rows = sum(file.rows for file in days.values())
        yield Finding(True, f"lake: {rows:,} events in {len(days):,} days, {min(days)} to {max(days)}")
    if not days:
        yield Finding(True, "the lake is empty", "footfall ingest FILE")


def _marts(lake: EmbeddedLake) -> Iterator[Finding]:
    for folder in sorted(path.parent for path in lake.layout.home.glob(f"marts/*/{MANIFEST}")):
        table = mart(lake.layout, folder.name)
        if damaged := [day for day, file in table.days().items() if not table.is_whole(file)]:
            yield Finding(
                False,
                f"the mart's files of {damaged[0]} are missing or damaged: {folder}",
                f"rm -r {folder}, then: footfall build",
            )
    yield from _freshness(lake)


def _freshness(lake: EmbeddedLake) -> Iterator[Finding]:
    if behind := uncounted(lake):
        yield Finding(False, f"{len(behind):,} days are not counted yet", "footfall build")
    elif lake.days():
        yield Finding(True, "marts cover every day")


def _dead_letters(lake: EmbeddedLake) -> Iterator[Finding]:
    files = list(lake.layout.dead_letters.glob("*.jsonl"))
    if files:
        lines = sum(file.read_bytes().count(b"\n") for file in files)
        yield Finding(True, f"{lines:,} dead letters", f"Look at the reasons in {lake.layout.dead_letters}.")


def _log(lake: EmbeddedLake) -> Iterator[Finding]:
    paths = sorted(lake.layout.log.glob(f"*{SUFFIX}"))
    for path in paths:
        if wrong := _damage(path):
            yield Finding(
                False,
                f"a segment of the event log is damaged ({wrong}): {path}",
                "Restore it from a copy, or move it away and lose the events of its hour.",
            )
    if paths:
        yield Finding(True, f"event log: {len(paths):,} segments")


def _rules(lake: EmbeddedLake) -> Iterator[Finding]:
    try:
        yield Finding(True, f"guard: {len(known_rules(lake.layout)):,} rules")
    except RuleError as error:
        yield Finding(False, " ".join(str(error).split()), "Mend the rule, then: footfall rules test")


def _guard(lake: EmbeddedLake) -> Iterator[Finding]:
    path = lake.layout.incidents
    if not path.exists():
        return
    if wrong := _damage(path):
        yield Finding(
            False, f"the guard's record is damaged ({wrong}): {path}", "Restore it from a copy, or move it away."
        )
        return
    store = EmbeddedIncidents(lake.layout)
    open_ones = len(store.incidents(going=True))
    untold = store.read(UNTOLD)[0]
    store.close()
    yield Finding(True, f"guard: {open_ones:,} incidents go on", "footfall incidents list" if open_ones else "")
    if untold["n"]:
        yield Finding(
            False,
            f"{untold['n']:,} messages could not be sent yet: {' '.join(untold['error'].split())}",
            f"Look at the channels under [alerts] in {lake.layout.settings}.",
        )


def _damage(path: Path) -> str:
    """What is wrong with a SQLite file, in a word or two; nothing for a sound one."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)
    return "" if found == "ok" else " ".join(found.split())


CHECKS: tuple[Callable[[EmbeddedLake], Iterator[Finding]], ...] = (
    _folder,
    _disk,
    _events,
    _marts,
    _dead_letters,
    _log,
    _rules,
    _guard,
)
