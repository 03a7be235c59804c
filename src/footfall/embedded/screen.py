"""The embedded plane as the dashboard sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from pathlib import Path

import msgspec
import pyarrow as pa

from footfall.embedded.arrived import arrived, marks
from footfall.embedded.export import EXPORTS, rows_between
from footfall.embedded.lake import EmbeddedLake, data_until
from footfall.embedded.live import EmbeddedLive
from footfall.embedded.marts import VISITOR_DAYS, mart, uncounted
from footfall.embedded.reader import Reader
from footfall.layout import MANIFEST
from footfall.ports import Counts, DeadLetter, Extent, FootfallError, Health
from footfall.rules import Rule, load


class EmbeddedPlane:
    """One home, shown: see ``ports.Plane``.

    Args:
        lake: the home's.
        reader: works answers out elsewhere; without one they are worked out here.
    """

    def __init__(self, lake: EmbeddedLake, reader: Reader | None = None) -> None:
        self.lake = lake
        self._reader = reader
        self.live = EmbeddedLive(lake)

    def extent(self) -> Extent:
        """What there is."""
        days = mart(self.lake.layout, VISITOR_DAYS).days()
        if not days:
            empty = not self.lake.days()
            home = self.lake.layout.home
            raise FootfallError(
                f"Nothing has come into {home} yet: footfall ingest FILE"
                if empty
                else "The events are there, but nothing is counted yet: footfall build"
            )
        return Extent(min(days), max(days), data_until(self.lake), self._mark())

    def _letter_files(self) -> list[Path]:
        found = []
        for path in self.lake.layout.dead_letters.glob("*.jsonl"):
            with suppress(FileNotFoundError):
                found.append((-path.stat().st_mtime_ns, path))
        return [path for _, path in sorted(found)]

    def _mark(self) -> str:
        """Changes whenever a manifest of the marts is replaced."""
        found = ((path.parent.name, path.stat().st_mtime_ns) for path in self.lake.layout.marts.glob(f"*/{MANIFEST}"))
        return blake2b(json.dumps(sorted(found)).encode(), digest_size=8).hexdigest()

    def rows(self, name: str, since: date, until: date, population: str) -> pa.Table:
        """An answer, whole."""
        if self._reader:
            return self._reader.rows(name, since, until, population)
        return rows_between(self.lake, name, since, until, population)

    def exports(self) -> Mapping[str, str]:
        """What can be asked."""
        return {name: export.title for name, export in EXPORTS.items()}

    def health(self) -> Health:
        """How well it is fed."""
        return Health(len(uncounted(self.lake)), tuple(arrived(self.lake.layout)), marks(self.lake.layout))

    def letters(self) -> Iterator[DeadLetter]:
        """Rows that were refused, those of the latest import first."""
        for file in self._letter_files():
            with suppress(FileNotFoundError), file.open("rb") as lines:  # read again meanwhile, and none of it stayed
                yield from (msgspec.json.decode(line, type=DeadLetter) for line in lines)

    def replay(self) -> Counts:
        """Dead letters read again, in a process of its own: see ``letters.revive``."""
        command = [sys.executable, "-m", "footfall.embedded.letters", str(self.lake.layout.home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise FootfallError(done.stderr.strip().rpartition("\n")[2] or "The dead letters could not be read again.")
        return msgspec.json.decode(done.stdout, type=Counts)

    def own_rules(self) -> Mapping[str, Rule]:
        """The rules that lie in the home, as they are now."""
        return {rule.id: rule for rule in map(load, sorted(self.lake.layout.rules.glob("*.sql")))}
