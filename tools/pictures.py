"""Pictures of every page of the dashboard: light, dark, phone; by Debian's Chromium."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from footfall.embedded.gate import gated
from footfall.embedded.run import open_lake
from footfall.ingest.collector import run
from footfall.web.page import found

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
SHOTS = {"light": (1360, 900, 1), "dark": (1360, 900, 1), "phone": (390, 844, 1)}
"""Width, height, and dots a pixel."""
TALLEST = 1_500
"""Pixels of a page that a picture shows."""


@contextmanager
def served(home: Path) -> Iterator[str]:
    """A home's dashboard on this machine; gives its address."""
    lake, stop, ready, port = open_lake(home), threading.Event(), threading.Event(), []

    def opened(taken: int) -> None:
        port.append(taken)
        ready.set()

    thread = threading.Thread(target=run, args=(gated(lake, stop), 0, stop, opened), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield f"http://127.0.0.1:{port[0]}"
    finally:
        stop.set()
        thread.join()


def main(home: Path, folder: Path, *only: str) -> None:
    """Writes ``PAGE-SHOT.png`` for every page, or some."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {page.path.strip("/").replace("/", "-") or "overview": page.path for page in found()}
    with served(home) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for shot, (width, height, dots) in SHOTS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                device_scale_factor=dots,
                color_scheme="dark" if shot == "dark" else "light",
            )
            tab = context.new_page()
            for name, path in pages.items():
                if only and name not in only:
                    continue
                tab.goto(address + path, wait_until="load")
                tab.wait_for_timeout(400)
                tall = min(int(tab.evaluate("document.documentElement.scrollHeight")), TALLEST)
                tab.set_viewport_size({"width": width, "height": max(tall, height)})
                tab.screenshot(path=folder / f"{name}-{shot}.png")
                tab.set_viewport_size({"width": width, "height": height})
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
