"""Taking a web server's log into the event log as it grows, each line once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from footfall.embedded.appender import Appender, now
from footfall.ingest.follow import Followed, follow
from footfall.ports import FootfallError


def take(appender: Appender, path: Path, idle: Callable[[], bool]) -> None:
    """Follows a log until ``idle``, called whenever there is nothing to do, says no; goes on where it last stopped.

    Args:
        appender: the log's writer; it keeps how far the file has been read with the events themselves.
        path: the access log.
        idle: waits a while, and says whether to go on.

    Raises:
        FootfallError: the file may not be read.
    """
    name = f"follow {path.absolute()}"
    try:
        for part in follow(path, appender.mark(name), now, idle):
            while not _kept(appender, part, path.name, name):
                if not idle():
                    return
    except PermissionError as error:
        raise FootfallError(f"{path} may not be read by this user.") from error


def _kept(appender: Appender, part: Followed, source: str, name: str) -> bool:
    rows = part.events if part.events.num_rows else []
    try:
        appender.submit(rows, letters=part.letters, source=source, marks={name: part.mark}).result()
    except FootfallError:
        return False
    return True
