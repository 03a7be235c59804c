"""A store is served and attacked while people look: the page tells at once, is acted on, and bears many viewers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import httpx2 as httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tools.chromium import chromium

from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.layout import Layout
from tests.live.test_serve import FOOTFALL, Served, footfall

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
VIEWERS = 200
MEMORY = 150
"""Megabytes."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Served, str]]:
    """A served home, and its dashboard's address."""
    one = Served(tmp_path / "home")
    yield one, f"http://127.0.0.1:{one.wait_for(r'dashboard is at http://127.0.0.1:([0-9]+)')[1]}"
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()


@pytest.fixture
def page(served: tuple[Served, str]) -> Iterator[Page]:
    """A browser at the live page, once the watch has begun."""
    with chromium() as browser:
        page = browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.goto(f"{served[1]}/live")
        expect(page.locator("#state")).to_have_text("Live", timeout=60_000)
        yield page
        assert wrong == []


def begun(port: int, seconds: int) -> subprocess.Popen[bytes]:
    """An attack under way."""
    arguments = ["attack", "naive_flood", "--rate", "60", "--seconds", str(seconds), "--port", str(port)]
    return subprocess.Popen([*FOOTFALL, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_an_attack_comes_onto_the_open_page_and_is_dealt_with(served: tuple[Served, str], page: Page) -> None:
    one, _ = served
    page.evaluate("window.stayed = true")
    attack = begun(one.port, 25)
    card = page.locator("article.incident", has_text="One address floods the store").first
    expect(card).to_be_visible(timeout=60_000)
    assert page.evaluate("window.stayed")
    expect(page.locator("nav .badge")).to_be_visible()
    expect(page.locator("#bots")).not_to_have_text("0.0", timeout=30_000)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        faults = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in faults] == []
    form = card.locator(".act", has_text="I look after it")
    form.locator("summary").click()
    form.get_by_label("Your name").fill("Ann <b>Call</b>")
    form.get_by_label("Note").fill("on it")
    form.get_by_role("button", name="I look after it").click()
    expect(page.locator("article.incident", has_text="Ann <b>Call</b> looks after it").first).to_be_visible()
    attack.wait(timeout=60)
    time.sleep(8)
    page.reload()
    page.locator("summary", has_text="Blocklist").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name=".txt", exact=True).click()
    assert Path(taken.value.path()).read_text().split()
    trail = json.loads(footfall(one.told.parent / "home", "users", "trail", "--json"))
    assert {(deed["who"], deed["what"]) for deed in trail} >= {
        ("Ann <b>Call</b>", "acknowledged"),
        ("this machine", "exported"),
    }
    one.stop()


def children(parent: int) -> list[int]:
    """The processes that another began."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True)
    return [int(pid) for pid in listed.stdout.split()]


def memory_of_listener(parent: int, port: int) -> float:
    """Megabytes of what the process holds for itself and its share of the rest, which answers at a port."""
    inodes = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if int(line.split()[1].split(":")[1], 16) == port and line.split()[3] == "0A"
    }
    sizes = []
    for pid in children(parent):
        links = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        pss = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        if any(f"socket:[{inode}]" in links for inode in inodes):
            sizes.append(pss / 1024)
    return max(sizes)


@pytest.mark.slow
def test_two_hundred_people_see_an_alert_and_the_dashboard_stays_small(
    served: tuple[Served, str], capsys: pytest.CaptureFixture[str]
) -> None:
    one, address = served
    raised, heard = asyncio.run(_watch(address, one, one.told.parent / "home"))
    assert len(heard) == VIEWERS
    memory = memory_of_listener(one.process.pid, int(address.rpartition(":")[2]))
    with capsys.disabled():
        sys.stderr.write(f"\n{VIEWERS} viewers: all heard {max(heard) - raised:.2f} s after it, {memory:.0f} MB\n")
    assert memory <= MEMORY
    one.stop()


async def _watch(address: str, one: Served, home: Path) -> tuple[float, list[float]]:
    """When the first incident was kept, and when each viewer heard of it, s."""
    limits = httpx.Limits(max_connections=VIEWERS + 4)
    async with httpx.AsyncClient(timeout=90, limits=limits) as client:
        ready = asyncio.Semaphore(0)
        watching = [asyncio.create_task(_heard(client, address, ready)) for _ in range(VIEWERS)]
        for _ in range(VIEWERS):
            await ready.acquire()
        attack = begun(one.port, 15)
        raised = await asyncio.to_thread(_kept, home)
        heard = await asyncio.gather(*watching)
        await asyncio.to_thread(attack.wait)
    return raised, list(heard)


def _kept(home: Path) -> float:
    store = EmbeddedIncidents(Layout(home))
    while not store.incidents(going=True):
        time.sleep(0.01)
    store.close()
    return time.time()


async def _heard(client: httpx.AsyncClient, address: str, ready: asyncio.Semaphore) -> float:
    async with client.stream("GET", f"{address}/live/stream?since=0") as answer:
        async for line in answer.aiter_lines():
            if line.startswith("retry"):
                ready.release()
            if line == "event: incident":
                return time.time()
    raise AssertionError("the stream ended")
