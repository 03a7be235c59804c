"""Files of JSON lines in a tool's dialect, read as any format is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import msgspec

from footfall.config import Store
from footfall.ingest import rows as raw
from footfall.ingest.adapter import Parsed, Task, line_tasks
from footfall.ingest.dialects import Arrival, Meaning, RefusedError
from footfall.ingest.source import Block, Source

_BOM = b"\xef\xbb\xbf"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ANY = msgspec.json.Decoder()
Events = Callable[[Any], Iterable[Any]]


def begins(head: bytes, *names: bytes) -> bool:
    """Whether a file's first line is a JSON object that names all of these."""
    line = head.removeprefix(_BOM).partition(b"\n")[0]
    return line.lstrip().startswith(b"{") and all(b'"' + name + b'"' in line for name in names)


def tasks(source: Source, store: Store, events: Events, meaning: Meaning) -> Iterator[Task]:
    """Every line that is not blank, as the events it holds."""
    yield from line_tasks(source, partial(parse, events, meaning, Arrival(store.minor_digits)))


def parse(events: Events, meaning: Meaning, arrival: Arrival, block: Block) -> Parsed:
    """Each line as its rows, or refused whole with its reason."""
    data = block.data.removeprefix(_BOM) if block.first_line == 1 else block.data
    rows: list[Any] = []
    numbers: list[int] = []
    texts: list[str] = []
    refused: list[tuple[int, str, str]] = []
    for number, line in enumerate(data.rstrip(b"\n").split(b"\n"), block.first_line):
        if not line.strip():
            continue
        text = line.rstrip(b"\r").decode("utf-8", "replace")
        try:
            found = [row for event in events(_ANY.decode(line)) for row in meaning(event, arrival)]
            raw.table(found)
        except (RefusedError, *_UNREADABLE, *raw.UNFIT) as error:
            refused.append((number, f"not an event: {error}", text))
        else:
            rows += found
            numbers += [number] * len(found)
            texts += [text] * len(found)
    return Parsed(raw.table(rows), numbers, texts.__getitem__, refused)


def alone(payload: Any) -> Iterable[Any]:
    """A line that is one event."""
    return [payload]
