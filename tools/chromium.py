"""Debian's Chromium, and the dashboard of a home for it to look at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from footfall.embedded.gate import gated
from footfall.embedded.run import open_lake
from footfall.ingest.collector import run

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that asks nobody but the page it is shown."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """A home's dashboard on this machine, in this process; gives its address."""
    stop, ready, ports = threading.Event(), threading.Event(), list[int]()

    def opened(port: int) -> None:
        ports.append(port)
        ready.set()

    thread = threading.Thread(target=run, args=(gated(open_lake(home), stop), 0, stop, opened), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        stop.set()
        thread.join()
