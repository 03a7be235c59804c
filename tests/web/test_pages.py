"""Laws over every page: it is there, says its sources, runs nothing inline, asks no other host, weighs little."""

from __future__ import annotations

import gzip
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from footfall.embedded.screen import EmbeddedPlane
from footfall.web.answers import ANSWERS
from footfall.web.headers import HEADERS
from tests.conftest import NEW_HOME, Home, event, jsonl
from tests.web.conftest import PATHS, STATIC, client_of, read

HEAVIEST = 100 << 10
VARIANTS = ["", "?count=gross", "?count=known&compare=none", "?since=2026-03-05&until=2026-03-12", "?compare=year"]
ODD = [
    "?since=never&until=2026-99-99",
    "?since=1900-01-01&until=1900-01-02",
    "?since=2999-01-01&until=2026-03-01",
    "?count=%00&compare=<script>",
    "?page=-1&page=9999999999999&least=nan",
    "?least=inf&label=nix&by=nix&measure=nix&show=nix&of=nix",
    "?category=%ff%fe&brand=%F0%9F%92%A9&source=" + "x" * 2_000,
]
ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]", re.IGNORECASE)
LINKS = ("href", "src", "action", "srcset", "poster", "data", "formaction")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", VARIANTS)
def test_every_page_is_there_whatever_is_asked_of_it(client: TestClient, path: str, query: str) -> None:
    answer = client.get(path + query)
    assert answer.status_code == 200
    page = read(answer.text)
    tags = [tag for tag, _ in page.tags]
    assert dict(page.tags)["html"]["lang"] == "en"
    assert tags.count("h1") == tags.count("main") == tags[: tags.index("body")].count("title") == 1
    assert {attrs["id"] for _, attrs in page.tags if "id" in attrs} >= {"content"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ODD)
def test_an_address_that_means_nothing_is_a_page_all_the_same(client: TestClient, path: str, query: str) -> None:
    assert client.get(path + query).status_code == 200


@pytest.mark.parametrize("path", [*PATHS, "/nothing-here", "/static/footfall.css", "/export/sales.csv", "/theme"])
def test_every_answer_tells_the_browser_what_it_may_do(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "'unsafe" not in HEADERS["content-security-policy"]
    assert HEADERS["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_runs_or_is_styled_inline_and_no_other_host_is_named(client: TestClient, path: str) -> None:
    text = client.get(path).text
    page = read(text)
    for tag, attrs in page.tags:
        assert tag != "style"
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on")]
        assert tag != "script" or attrs.get("src", "")
        for name in LINKS:
            assert (attrs.get(name) or "/")[:1] in "/#?", (tag, attrs)
            assert not (attrs.get(name) or "").startswith("//"), (tag, attrs)
    assert [words for tag, words in page.texts if tag == "script" and words.strip()] == []


def test_no_style_or_script_of_ours_names_another_host() -> None:
    for path in STATIC.iterdir():
        if path.suffix in (".css", ".js", ".svg") and not path.name.startswith("uplot"):
            text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
            assert not ADDRESS.search(text), path.name


@pytest.mark.parametrize("name", ["inter", "uplot"])
def test_what_others_made_bears_its_licence(name: str) -> None:
    assert "Permission" in (STATIC / f"{name}.LICENSE").read_text("utf-8") or "OPEN FONT LICENSE" in (
        STATIC / f"{name}.LICENSE"
    ).read_text("utf-8")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["", "?all=1&of=abandoned_carts&count=gross"])
def test_a_page_with_all_it_loads_weighs_little(client: TestClient, path: str, query: str) -> None:
    text = client.get(path + query).text
    parts = {
        attrs.get("href") or attrs.get("src") for tag, attrs in read(text).tags if tag in ("link", "script", "img")
    }
    loaded = {part: client.get(str(part)).content for part in parts}
    packed = [
        content if str(part).split("?")[0].endswith(".woff2") else gzip.compress(content)
        for part, content in loaded.items()
    ]
    assert len(gzip.compress(text.encode())) + sum(map(len, packed)) <= HEAVIEST


def test_pages_come_packed_to_those_who_unpack(client: TestClient) -> None:
    assert client.get("/", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"


def test_every_link_of_every_page_leads_somewhere(client: TestClient) -> None:
    texts = [client.get(path).text for path in PATHS]
    links = {attrs.get("href") or "" for text in texts for tag, attrs in read(text).tags if tag == "a"}
    targets = {link.split("#")[0] for link in links if not link.startswith(("#", "/theme"))}
    assert len(targets) > 50
    own = {(urlsplit(target).path, tuple(parse_qs(urlsplit(target).query))): target for target in sorted(targets)}
    for target in own.values():
        assert client.get(target).status_code == 200, target


@pytest.mark.parametrize("path", PATHS)
def test_links_to_other_pages_keep_the_days_and_the_count(client: TestClient, path: str) -> None:
    text = client.get(f"{path}?since=2026-03-05&until=2026-03-12&count=gross&category=a").text
    kept = {"since": ["2026-03-05"], "until": ["2026-03-12"], "count": ["gross"]}
    targets = [attrs["href"] or "" for tag, attrs in read(text).tags if tag == "a" and "href" in attrs]
    assert [parse_qs(urlsplit(t).query) for t in targets if urlsplit(t).path in PATHS[1:] and "?" in t][
        : len(PATHS) - 1
    ] == [kept] * (len(PATHS) - 1)


@pytest.mark.parametrize("path", PATHS)
def test_before_there_is_anything_a_page_says_what_to_run(home: Home, path: str) -> None:
    answer = client_of(EmbeddedPlane(home.lake)).get(path)
    assert answer.status_code in (200, 503)
    assert answer.status_code == 200 or "footfall ingest FILE" in answer.text


def test_events_that_nobody_counted_yet_are_said_to_be_there(new_home: NEW_HOME) -> None:
    home = new_home()
    home.take(jsonl([event("2026-03-01")]))
    answer = client_of(EmbeddedPlane(home.lake)).get("/")
    assert answer.status_code == 503
    assert "footfall build" in answer.text


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_behind_an_answer_is_its_definition_and_the_sql_itself(name: str) -> None:
    answer = ANSWERS[name]
    assert len(answer.definition) > 40
    assert answer.sql.startswith(("SELECT", "WITH"))
    assert answer.title


def test_every_tile_has_its_definition_and_its_sql(client: TestClient) -> None:
    for path in ("/", "/carts"):
        text = client.get(path).text
        for name in ("carts",) if path == "/carts" else ("reach", "sales", "carts"):
            assert f"/export/{name}.csv" in text
            assert f"/export/{name}.parquet" in text


@pytest.mark.parametrize(
    ("to", "kept"), [("dark", "dark"), ("light", "light"), ("system", "system"), ("<x>", "system")]
)
def test_the_theme_chosen_is_kept_in_a_cookie(client: TestClient, to: str, kept: str) -> None:
    answer = client.get("/theme", params={"to": to, "back": "/carts?count=gross"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/carts?count=gross"
    assert f"theme={kept};" in answer.headers["set-cookie"]
    page = client.get("/", headers={"cookie": f"theme={kept}"})
    assert f'data-theme="{kept}"' in page.text
    client.cookies.clear()


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_the_theme_leads_nowhere_else(client: TestClient, back: str) -> None:
    assert client.get("/theme", params={"to": "dark", "back": back}).headers["location"] == "/"
    client.cookies.clear()
