"""A marketer in Debian's Chromium finds the brand to promote and takes it away; every page is for everybody."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tools.chromium import chromium, served

from footfall.embedded.access import EmbeddedAccess
from footfall.layout import Layout
from footfall.web.access_store import Account, Role
from tests.web.conftest import PATHS

SCHEMES = ("light", "dark")
SHIFT = 0.1
FIRST_MS, LOOKS = 300, 7
SHIFTED = """() => new Promise(done => {
  new PerformanceObserver(list => {}).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(performance.getEntriesByType('layout-shift').reduce((sum, one) => sum + one.value, 0)), 300);
})"""

PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
  const first = list.getEntriesByName('first-contentful-paint')[0];
  if (first) done(first.startTime);
}).observe({type: 'paint', buffered: true}))"""

pytestmark = pytest.mark.slow


def footfall(*arguments: str) -> None:
    """Runs a command."""
    command = [sys.executable, "-c", "from footfall.cli import main; main()", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=600)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven weeks of a simulated store."""
    folder = tmp_path_factory.mktemp("browser")
    events, home = str(folder / "events.parquet"), str(folder / "home")
    footfall("simulate", "-o", events, "--days", "49", "--visitors", "3000")
    footfall("ingest", events, "--home", home)
    footfall("build", "--home", home)
    return Path(home)


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """Its dashboard."""
    with served(home) as at:
        yield at


@pytest.fixture(scope="module")
def warm(address: str) -> str:
    """The same, where everything was asked for once."""
    for path in PATHS:
        with urlopen(address + path) as answer:
            answer.read()
    return address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as opened:
        yield opened


@contextmanager
def looking(
    browser: Browser, address: str, width: int = 1360, scheme: str = "light", scripts: bool = True
) -> Iterator[Page]:
    """A tab in which nothing may go wrong, nor any other host be asked."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
        accept_downloads=True,
    )
    tab, wrong = context.new_page(), list[str]()
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    tab.on("request", lambda asked: None if asked.url.startswith(address) else wrong.append(asked.url))
    yield tab
    context.close()
    assert wrong == []


def test_a_marketer_finds_the_brand_to_promote_and_takes_it_away(browser: Browser, address: str) -> None:
    with looking(browser, address) as tab:
        tab.goto(address)
        tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Brands to promote").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text("Brands to promote")
        tab.get_by_role("link", name="Promote", exact=False).first.click()
        table = tab.get_by_role("region", name="Brands: Promote")
        brand = table.get_by_role("rowheader").first.inner_text()
        expect(tab.locator("#brands")).to_contain_text("Show it more")
        with tab.expect_download() as taken:
            tab.get_by_role("link", name="Export CSV").click()
        rows = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text("utf-8"), newline="")))
    promoted = {row["brand"] for row in rows if row["label"] == "Promote"}
    assert brand in promoted
    assert len(rows) > 25, "the export holds more than a page of the screen"


def test_everything_but_the_live_chart_works_without_scripts(browser: Browser, address: str) -> None:
    with looking(browser, address, scripts=False) as tab:
        tab.goto(address)
        tab.get_by_text("Filter", exact=True).click()
        tab.get_by_label("From", exact=True).fill("2025-09-20")
        tab.get_by_label("Compare with").select_option("none")
        tab.get_by_role("button", name="Show").click()
        assert "since=" in tab.url
        assert "compare=none" in tab.url
        tab.get_by_role("link", name="Gross").click()
        assert "count=gross" in tab.url
        assert "compare=none" in tab.url
        tab.get_by_role("link", name="Dark").click()
        assert tab.locator("html").get_attribute("data-theme") == "dark"
        assert "count=gross" in tab.url


def test_the_keyboard_reaches_the_content_first(browser: Browser, address: str) -> None:
    with looking(browser, address) as tab:
        tab.goto(address)
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("link", name="Skip to the content")).to_be_focused()
        tab.keyboard.press("Enter")
        assert tab.url.endswith("#content")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1360), ("dark", 1360), ("light", 390), ("dark", 390)])
def test_axe_finds_nothing_and_nothing_overflows_or_jumps(
    browser: Browser, address: str, path: str, scheme: str, width: int
) -> None:
    with looking(browser, address, width, scheme) as tab:
        tab.goto(address + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(SHIFTED) < SHIFT
        for summary in tab.locator("details:not(.filters) > summary:visible").all()[:3]:
            summary.click()
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("address_of", ["/?category=electronics&brand=x", "/?source=direct", "/carts?least=5&brand=x"])
def test_filters_in_force_cover_nothing_until_they_are_opened_and_then_fit(
    browser: Browser, address: str, address_of: str, scheme: str, width: int
) -> None:
    with looking(browser, address, width, scheme) as tab:
        tab.goto(address + address_of)
        expect(tab.locator(".filters form")).to_be_hidden()
        expect(tab.locator(".chip").first).to_be_visible()
        tab.get_by_text("Filter", exact=True).click()
        expect(tab.locator(".filters form")).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [1360, 390])
def test_the_door_is_for_everybody(browser: Browser, tmp_path: Path, scheme: str, width: int) -> None:
    EmbeddedAccess(Layout(tmp_path)).keep(Account("anna", Role.OPERATOR, ""))
    with served(tmp_path) as address, looking(browser, address, width, scheme) as tab:
        tab.goto(address)
        expect(tab.get_by_label("Name")).to_be_focused()
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(SHIFTED) < SHIFT
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()


def test_every_page_of_a_warm_server_is_painted_at_once(browser: Browser, warm: str) -> None:
    """The best of some looks with an empty cache each: what else the machine does meanwhile proves nothing."""
    painted = {path: min(_painted(browser, warm + path) for _ in range(LOOKS)) for path in PATHS}
    assert {path: best for path, best in painted.items() if best > FIRST_MS} == {}


def _painted(browser: Browser, address: str) -> float:
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(address, wait_until="load")
    painted = tab.evaluate(PAINTED)
    context.close()
    return float(painted)
