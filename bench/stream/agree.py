"""Whether an engine put out the right rows: every one of the oracle's, and no other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Agreement:
    """An engine's rows against the right ones.

    Attributes:
        rows: how many are right.
        missing: how many right ones it has not.
        wrong: how many it has that are not right, twice said ones among them.
        rules: right rows by rule.
        example: the first difference.
    """

    rows: int
    missing: int
    wrong: int
    rules: dict[str, int] = field(default_factory=dict)
    example: str = ""

    @property
    def equal(self) -> bool:
        """Whether there is no difference."""
        return not (self.missing or self.wrong)

    def __str__(self) -> str:
        """In words."""
        return "equal" if self.equal else f"{self.missing:,} missing, {self.wrong:,} wrong of {self.rows:,}"


def compare(right: Path, said: Path) -> Agreement:
    """Compares two files of rows, whatever their order."""
    wanted, found = (Counter(path.read_text().splitlines()) for path in (right, said))
    missing, wrong = wanted - found, found - wanted
    example = next((f"not said: {row}" for row in sorted(missing)), "")
    example = example or next((f"said in vain: {row}" for row in sorted(wrong)), "")
    rules = Counter(row.partition("\t")[0] for row in wanted)
    return Agreement(wanted.total(), missing.total(), wrong.total(), dict(sorted(rules.items())), example)
