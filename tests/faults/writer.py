"""A process that appends events under load and prints the number of each batch that was acknowledged.

``python -m tests.faults.writer HOME FIRST BATCHES THREADS``: batch N holds ``EVENTS`` events, N.0, N.1, …; a refused
batch is handed in again, as a client does.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from footfall.embedded.appender import Appender
from footfall.ingest.rows import Row
from footfall.layout import Layout
from footfall.ports import FootfallError

EVENTS = 5
MOMENT = "2024-05-01T12:00:00Z"
PAD = "x" * 200


def batch(number: int) -> list[Any]:
    """The events of a batch."""
    names = (f"{number}.{place}" for place in range(EVENTS))
    return [
        Row(event_time=MOMENT, event_type="page", user_id="u", event_id=name, path=f"/{name}{PAD}") for name in names
    ]


def client(appender: Appender, numbers: range) -> None:
    """Hands batches in one by one until each is acknowledged."""
    for number in numbers:
        while True:
            try:
                appender.submit(batch(number)).result()
                break
            except FootfallError as error:
                os.write(2, f"{error}\n".encode())
                time.sleep(0.005)
        os.write(1, f"{number}\n".encode())


def main(home: str, first: str, batches: str, threads: str) -> None:
    """Runs the clients side by side."""
    start, stop = int(first), int(first) + int(batches)
    with Appender(Layout(Path(home))) as appender:
        clients = [
            threading.Thread(target=client, args=(appender, range(start + each, stop, int(threads))))
            for each in range(int(threads))
        ]
        for each in clients:
            each.start()
        for each in clients:
            each.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
