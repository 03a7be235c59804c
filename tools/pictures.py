"""Pictures of every page of the dashboard: light, dark, phone; the live page under attack; the door."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from footfall.embedded.access import EmbeddedAccess
from footfall.embedded.run import ingest_source, open_lake
from footfall.ingest.source import Source
from footfall.layout import Layout
from footfall.web.access_store import Account, Role
from footfall.web.page import found
from tools.chromium import chromium, served

SHOTS = {"light": (1360, 900), "dark": (1360, 900), "phone": (390, 844)}
"""Width and height."""
TALLEST = 1_500
"""Pixels of a page that a picture shows."""
FOOTFALL = (sys.executable, "-c", "from footfall.cli import main; main()")
MISTAKES = """event_time,event_type,product_id,price,user_id,user_session
2025-11-02 09:14:05 UTC,veiw,1004856,130.76,513903572,s1
2025-11-02 09:14:31 UTC,veiw,1004767,242.10,513903572,s1
2025-11-02 09:15:02 UTC,cart,,242.10,513903572,s1
02.11.2025 09:16,purchase,1004767,242.10,513903572,s1
2025-11-02 09:20:40 UTC,view,1005115,EUR 93,520571932,s2
2025-11-02 09:21:13 UTC,cart,1005115,93.00,,
"""
LIVE, DOOR = "live", "login"
PORT = 18_480
ATTACKS = ("naive_flood", "card_tester", "credential_stuffing", "cart_hoarder")
SECONDS = 110
"""How long the store of the live page is open."""


def main(home: Path, folder: Path, *only: str) -> None:
    """Writes ``PAGE-SHOT.png`` for every page, or some."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {page.path.strip("/") or "overview": page.path for page in found()} | {DOOR: "/login"}
    chosen = {name: path for name, path in paths.items() if not only or name in only}
    with chromium() as browser, tempfile.TemporaryDirectory() as spare:
        if counted := {name: path for name, path in chosen.items() if name not in (LIVE, DOOR)}:
            _mistake(home, Path(spare) / "till-export.csv")
            with served(home) as address:
                _take(browser, address, counted, folder)
        if DOOR in chosen:
            with served(_guarded(Path(spare) / "door")) as address:
                _take(browser, address, {DOOR: chosen[DOOR]}, folder)
        if LIVE in chosen:
            with _attacked(Path(spare) / "live", Layout(home).settings) as address:
                _take(browser, address, {LIVE: chosen[LIVE]}, folder)


def _take(browser: Browser, address: str, paths: Mapping[str, str], folder: Path) -> None:
    for shot, (width, height) in SHOTS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if shot == "dark" else "light"
        )
        tab = context.new_page()
        for name, path in paths.items():
            tab.goto(address + path, wait_until="load")
            if name == LIVE:
                tab.locator("#incidents summary").first.click()
            tab.wait_for_timeout(1_500 if name == LIVE else 400)
            tall = min(int(tab.evaluate("document.documentElement.scrollHeight")), TALLEST)
            tab.set_viewport_size({"width": width, "height": max(tall, height)})
            tab.evaluate("scrollTo(0, 0)")
            tab.screenshot(path=folder / f"{name}-{shot}.png")
            tab.set_viewport_size({"width": width, "height": height})
        context.close()


def _mistake(home: Path, file: Path) -> None:
    """Brings in a file of which no row can be used, for the page that tells of such."""
    file.write_text(MISTAKES)
    ingest_source(open_lake(home), Source(str(file)), None, lambda _rows, _position: None)


def _guarded(home: Path) -> Path:
    """A home where everybody logs in."""
    EmbeddedAccess(Layout(home)).keep(Account("anna", Role.OPERATOR, ""))
    return home


@contextmanager
def _attacked(home: Path, settings: Path) -> Iterator[str]:
    """The dashboard of a store that is open now, and attacked, once the guard has spoken."""
    home.mkdir()
    if settings.exists():
        (home / settings.name).write_text(settings.read_text())
    with ExitStack() as stack:
        _begin(stack, "serve", "--port", str(PORT), "--home", str(home))
        _wait(lambda: (home / "incidents" / "pulse.json").exists())
        _begin(stack, "simulate", "--live", "--rate", "40", "--seconds", str(SECONDS), "--port", str(PORT))
        time.sleep(SECONDS / 4)
        for number, attack in enumerate(ATTACKS):
            _begin(stack, "attack", attack, "--seconds", str(SECONDS), "--seed", str(number + 1), "--port", str(PORT))
        time.sleep(SECONDS / 3)
        yield f"http://127.0.0.1:{PORT + 1}"


def _wait(until: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < ends, "the store did not open"
        time.sleep(0.2)


def _begin(stack: ExitStack, *arguments: str) -> None:
    process = subprocess.Popen([*FOOTFALL, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
