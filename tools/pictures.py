"""Pictures of every page of the dashboard: light, dark, phone; by Debian's Chromium."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from footfall.web.page import found

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
SHOTS = {"light": (1360, 900, 1), "dark": (1360, 900, 1), "phone": (390, 844, 2)}
"""Width, height, and dots a pixel."""


def main(address: str, folder: Path, *only: str) -> None:
    """Writes ``PAGE-SHOT.png`` for every page."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        for shot, (width, height, dots) in SHOTS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                device_scale_factor=dots,
                color_scheme="dark" if shot == "dark" else "light",
            )
            tab = context.new_page()
            for page in found():
                name = page.path.strip("/").replace("/", "-") or "overview"
                if only and name not in only:
                    continue
                tab.goto(address + page.path)
                tab.wait_for_timeout(300)
                tab.screenshot(path=folder / f"{name}-{shot}.png", full_page=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
