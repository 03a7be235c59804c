"""Dead letters of a home, read again: what passes now is stored, the rest stays, killed at any moment or not.

A file of letters keeps its name and loses those that passed, in one step after their events are durable. Killed between
the two, the next run reads them once more, and the lake drops each event as its own duplicate.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from footfall.embedded.lake import EmbeddedLake, Import
from footfall.embedded.table import sync
from footfall.ingest.again import again
from footfall.ports import Counts, DeadLetter, FootfallError

Progress = Callable[[int, int], None]
"""Called with the files of letters read so far and how many there are."""


def revive(lake: EmbeddedLake, forced: str | None, progress: Progress) -> Counts:
    """Reads every dead letter again; the caller keeps other writers of the home out.

    Returns:
        What became of their rows; ``dead`` are the letters that stay.
    """
    files = sorted(lake.layout.dead_letters.glob("*.jsonl"))
    lake.layout.work.mkdir(parents=True, exist_ok=True)
    stay, changed = 0, dict[Path, int]()
    with ThreadPoolExecutor(1) as pool, lake.writer(pool) as writer:
        rows = 0
        for done, file in enumerate(files, 1):
            passed, read, left = _read(lake, file, writer, forced)
            rows, stay = rows + passed, stay + left
            if left < read:
                changed[file] = left
            progress(done, len(files))
        counts = writer.commit() if rows else Counts()
    for file, left in changed.items():
        _replace(file, _draft(lake, file), left)
    return counts + Counts(rows=stay, dead=stay)


def _read(lake: EmbeddedLake, file: Path, writer: Import, forced: str | None) -> tuple[int, int, int]:
    """Adds what passes now to the import and drafts the rest; gives events, letters read, letters that stay."""
    encoder, rows, read, left = msgspec.json.Encoder(), 0, 0, 0

    def letters() -> Iterator[DeadLetter]:
        nonlocal read
        with file.open("rb") as lines:
            for line in lines:
                read += 1
                yield msgspec.json.decode(line, type=DeadLetter)

    with _draft(lake, file).open("wb") as draft:
        for part in again(letters(), lake.settings.store, forced):
            for events in part.events:
                writer.add(events)
            rows += part.rows
            left += len(part.letters)
            draft.writelines(encoder.encode(letter) + b"\n" for letter in part.letters)
    return rows, read, left


def _draft(lake: EmbeddedLake, file: Path) -> Path:
    return lake.layout.work / f"again-{file.name}"


def _replace(file: Path, draft: Path, left: int) -> None:
    """Leaves a file the letters that stay; it keeps its place in time, for the latest are shown first."""
    if left:
        when = file.stat()
        os.utime(draft, ns=(when.st_atime_ns, when.st_mtime_ns))
        sync(draft)
        draft.replace(file)
    else:
        file.unlink()
    sync(file.parent)


def main(home: Path) -> None:
    """The process that the dashboard leaves this to: prints what became of the rows as JSON."""
    from footfall.embedded.run import open_lake, replay

    try:
        counts = replay(open_lake(home))
    except FootfallError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(msgspec.json.encode(counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
