"""Dead letters read again, as the rows that they were."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import IO

import pyarrow as pa

from footfall.config import Store
from footfall.ingest.adapter import Checked
from footfall.ingest.formats import adapters
from footfall.ingest.source import LONGEST_LINE, Source
from footfall.ports import DeadLetter, FootfallError

AT_ONCE = 20_000
"""Letters that are read together."""
COLLECTOR = "collector/"
"""What the source of a letter that came over HTTP begins with, before the dialect."""
LOST = "\N{REPLACEMENT CHARACTER}"

Known = tuple[str, str, str]
"""How a letter is to be read: its format, its header, its source."""


@dataclass(frozen=True, slots=True)
class Again:
    """Some letters read again: the events of those that pass now, how many rows those are, the letters that stay."""

    events: list[pa.Table]
    rows: int
    letters: list[DeadLetter]


@dataclass(frozen=True, slots=True)
class _Lines(Source):
    """Rows at hand, as the file that they came from."""

    content: bytes = b""

    def _raw(self) -> IO[bytes]:
        return io.BytesIO(self.content)


def again(letters: Iterable[DeadLetter], store: Store, forced: str | None = None) -> Iterator[Again]:
    """Reads letters as they would be read today, in their order.

    A letter that was cut, that lost a character that was no UTF-8, or of which nobody knows the format stays as it is.

    Args:
        letters: in the order of their files.
        store: the settings now.
        forced: the format of every letter, whatever it says itself.
    """
    for known, group in groupby(letters, lambda letter: _known(letter, forced)):
        while part := list(islice(group, AT_ONCE)):
            yield _tried(known, part, store) if known[0] else Again([], 0, part)


def _known(letter: DeadLetter, forced: str | None) -> Known:
    whole = letter.row.strip() and "\n" not in letter.row and LOST not in letter.row
    form = forced or letter.format or _told(letter)
    if not whole or len(letter.row.encode("utf-8", "replace")) >= LONGEST_LINE or form not in adapters():
        form = ""
    return {"parquet": "jsonl"}.get(form, form), letter.header, letter.source


def _told(letter: DeadLetter) -> str:
    """The format of a row that says it, or whose source does."""
    head = letter.row.encode("utf-8", "replace")
    sniffed = next((name for name, adapter in adapters().items() if adapter.sniff(head)), "")
    dialect = letter.source.removeprefix(COLLECTOR)
    return sniffed or (dialect if dialect != letter.source else "")


def _tried(known: Known, letters: list[DeadLetter], store: Store) -> Again:
    form, header, source = known
    first = 1 if header else 0
    lines = [header] * first + [letter.row for letter in letters]
    content = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    try:
        read = list(_checked(form, _Lines(source, content), store))
    except FootfallError:
        return Again([], 0, letters)
    wrong: defaultdict[int, str] = defaultdict(str)
    for checked in read:
        for letter in checked.letters:
            wrong[letter.line - first - 1] = wrong[letter.line - first - 1] or letter.reason
    events = [checked.events for checked in read if checked.events.num_rows]
    stay = [replace(letters[place], reason=reason, format=form) for place, reason in sorted(wrong.items())]
    return Again(events, sum(table.num_rows for table in events), stay)


def _checked(form: str, source: Source, store: Store) -> Iterator[Checked]:
    for task in adapters()[form].tasks(source, store):
        yield task.finish(task.run())
