"""Filters act on the cards wherever the marts tell, and a card on which one does not act says so."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from footfall.web import formats
from tests.web.conftest import HOSTILE, read

CATEGORIES = [name for name in HOSTILE if len(name) < 100]


def rows(client: TestClient, name: str, query: str) -> list[dict[str, str]]:
    """An export."""
    return list(csv.DictReader(io.StringIO(client.get(f"/export/{name}.csv{query}").content.decode(), newline="")))


def cards(client: TestClient, address: str) -> dict[str, str]:
    """The figure of each card by its title."""
    text = client.get(address).text
    found = re.findall(r'<h2>([^<]+)</h2>\s*<p class="figure">([^<]+)</p>', text)
    return dict(found)


@pytest.mark.parametrize("by", ["category", "brand"])
@pytest.mark.parametrize("name", CATEGORIES)
def test_cards_of_products_are_what_the_export_adds_up_to(client: TestClient, by: str, name: str) -> None:
    query = f"?{by}={quote(f'a.{name}' if by == 'category' else name)}"
    found, listed = cards(client, f"/{query}"), [row for row in rows(client, "funnel", query) if row["category"]]
    assert found["Visits that saw it"] == formats.number(sum(int(row["viewed"]) for row in listed))
    assert found["Visits that bought it"] == formats.number(sum(int(row["bought"]) for row in listed))
    carts = {(row["visitor"], row["started_at"]) for row in rows(client, "recovery", query)}
    assert found["Carts to win back"] == formats.number(len(carts))


def test_cards_of_a_source_are_what_the_export_adds_up_to(client: TestClient) -> None:
    source = rows(client, "acquisition", "")[0]["channel"]
    query = f"?source={quote(source)}"
    listed, found = rows(client, "acquisition", query), cards(client, f"/{query}")
    assert len(listed) == 1
    assert found["New visitors from it"] == formats.number(int(listed[0]["visitors"]))
    assert found["Orders of theirs"] == formats.number(int(listed[0]["orders"]))


@pytest.mark.parametrize(
    ("address", "idle"),
    [
        ("/", 0),
        ("/?category=a", 2),
        ("/?source=direct", 2),
        ("/?source=direct&brand=x", 6),
        ("/carts", 0),
        ("/carts?brand=x", 3),
        ("/carts?least=5", 3),
    ],
)
def test_what_no_filter_acts_on_says_that_it_is_of_the_whole_store(client: TestClient, address: str, idle: int) -> None:
    assert len(re.findall(r"Whole store: ", client.get(address).text)) == idle


def test_a_filter_in_force_can_be_taken_away(client: TestClient) -> None:
    text = client.get("/?category=a&brand=x&count=gross").text
    chips = [attrs["href"] for tag, attrs in read(text).tags if tag == "a" and attrs.get("class") == "chip"]
    assert chips == ["/?count=gross&brand=x", "/?count=gross&category=a"]


def test_what_is_still_to_be_won_is_of_the_carts_that_are_shown(client: TestClient) -> None:
    name = CATEGORIES[0]
    query = f"?brand={quote(name)}"
    worth = {(row["visitor"], row["started_at"]): int(row["value"]) for row in rows(client, "recovery", query)}
    text = client.get(f"/carts{query}").text
    found = re.search(r'<h2>Still to be won</h2>\s*<p class="figure">€([\d,]+)</p>', text)
    assert found
    assert int(found[1].replace(",", "")) == round(sum(worth.values()) / 100)
