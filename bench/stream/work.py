"""The work that every engine does: what it reads, the law of lateness, the rows it puts out. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ALLOWED = 5_000
"""How much later than it happened an event may arrive, ms; what is later is left out and counted."""
BEHIND = ALLOWED + 1
"""How far the watermark lies behind the latest arrival, ms: no event at or before it is still to come."""

Row = tuple[str, str, int, tuple[int, ...]]
"""What a rule found: the rule, the key, the end of the window (UTC ms), the counts in the rule's order."""


@dataclass(frozen=True, slots=True)
class Job:
    """One engine's task: the file to read, the folder of rules, the folder that is its own, the threads it may use."""

    stream: Path
    rules: Path
    home: Path
    threads: int

    @property
    def findings(self) -> Path:
        """Where the rows belong."""
        return self.home / "findings.tsv"

    def to_json(self) -> str:
        """The job as a command-line argument."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job from a command-line argument."""
        values = json.loads(text)
        return cls(Path(values["stream"]), Path(values["rules"]), Path(values["home"]), values["threads"])


def rows(rule: str, keys: int, found: Iterable[Sequence[object]]) -> list[Row]:
    """Rows of a table whose first columns are the key, whose last is the window's end, the others counts."""
    return [
        (rule, " ".join(map(str, row[:keys])), int(str(row[-1])), tuple(int(str(n)) for n in row[keys:-1]))
        for row in found
    ]


def save(job: Job, found: Iterable[Row]) -> int:
    """Writes the rows, in any order; gives how many."""
    lines = ["\t".join([rule, key, str(end), *map(str, counts)]) + "\n" for rule, key, end, counts in found]
    job.findings.write_text("".join(lines))
    return len(lines)
