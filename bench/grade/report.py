"""The marks as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from footfall.cli.grade import profile_rows, summary_rows

NOTE = """\
Seconds count from an attack's first event. Some attacks are none yet by then: the poisoning ramp begins with a tenth of
the store's own traffic and takes an hour or three to outgrow it, the low and slow flood minutes. So floods are timed a
second time, from the first ten seconds in which they send ten requests and more than everybody else: from then on an
answer is due at once. 0 s is a flood found before.
"""


def text(document: Mapping[str, Any], command: str, seeds: Sequence[int]) -> str:
    """The whole report of a grade.

    Args:
        document: of :func:`footfall.detect.report.report`.
        command: how it was called.
        seeds: of the stores.
    """
    head = (
        "# The guard, graded\n\n"
        f"`{command}`\n\n"
        f"{document['seeds']:,} stores of a day (seeds {seeds[0]} to {seeds[-1]}), {document['events']:,} events; "
        "every attack and every look-alike once in each.\n"
    )
    names = ("attack", "sources", "precision", "recall", "F1", "p50 s", "p99 s", "leaked", "found by")
    parts = (head, _table(names, profile_rows(document)), _table(("", "mark"), summary_rows(document)), NOTE)
    return "\n".join(parts)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
