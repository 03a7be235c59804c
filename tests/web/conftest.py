"""A small shop with everything that pages show, dashboards over it, and pages read as a browser reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from footfall.embedded.screen import EmbeddedPlane
from footfall.web.app import dashboard
from footfall.web.page import found
from tests.conftest import Home, event, jsonl, temporary_home

STATIC = Path(__file__).parents[2] / "src" / "footfall" / "web" / "static"
PATHS = [page.path for page in found()]
LONG = "x" * 10_000
HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","x")',
    "{{ 7*7 }}{% raw %}",
    "\u202egnp.exe\u2066",
    LONG,
)
"""Names that a shop's events may bear."""
DAYS, START = 20, datetime(2026, 3, 2, tzinfo=UTC)


def shop_events() -> list[dict[str, Any]]:
    """Twenty days of a shop whose every name is hostile: views, carts left, carts bought, some refused rows."""
    events = []
    for day in range(DAYS):
        for visit in range(12):
            name = HOSTILE[(day + visit) % len(HOSTILE)]
            at = START + timedelta(days=day, hours=8 + visit)
            about = {
                "product_id": name,
                "brand": name,
                "category_code": f"a.{name}",
                "price": 1_000 + visit,
                "user_id": f"{name}{visit}",
                "user_session": f"{day}-{visit}",
                "user_agent": name,
                "campaign": name,
            }
            kinds = (
                ("view", "cart", "purchase") if visit % 3 == 0 else ("view", "cart") if visit % 3 == 1 else ("view",)
            )
            events += [event(at + timedelta(minutes=step), kind, **about) for step, kind in enumerate(kinds)]
    return events


def fill(home: Home) -> None:
    """Brings the shop in, with dead letters, and counts it."""
    refused = b'{"event_time": "<b>never</b>", "event_type": "=1+1", "product_id": "<i>"}\n'
    home.take(jsonl(shop_events()) + refused, name="<u>events.jsonl")
    home.build()


@pytest.fixture(scope="session")
def shop() -> Iterator[Home]:
    """The shop, not to be changed."""
    with temporary_home(timezone="Europe/Berlin", currency="EUR") as home:
        fill(home)
        yield home


Visit = Callable[[Home], TestClient]


def client_of(plane: EmbeddedPlane) -> TestClient:
    """Somebody who looks at a plane."""
    return TestClient(dashboard(plane, plane.lake.settings.store), follow_redirects=False)


@pytest.fixture(scope="session")
def client(shop: Home) -> TestClient:
    """Somebody who looks at the shop."""
    return client_of(EmbeddedPlane(shop.lake))


@dataclass
class Read(HTMLParser):
    """A page taken apart: its tags with their attributes, and the texts between them."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Text in the last tag begun."""
        self.texts.append((self.tags[-1][0] if self.tags else "", data))

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """What the page is made of, whatever it says; choices aside, which are as many as there are names."""
        return [(tag, tuple(attrs)) for tag, attrs in self.tags if tag not in ("option", "datalist")]


def read(text: str) -> Read:
    """Takes a page apart."""
    page = Read()
    page.feed(text)
    page.close()
    return page
