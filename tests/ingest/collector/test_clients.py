"""The real clients against a real server: every event arrives once, with the right fields."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.collector import stories
from tests.ingest.collector.conftest import Served

NODE = Path(__file__).parent / "node"
PACKAGES = ["@segment/analytics-node@3.1.0", "@rudderstack/rudder-sdk-node@3.0.13", "@snowplow/node-tracker@4.8.0"]
SHIRT = {"product_id": "p1", "category_code": "apparel.shirt", "brand": "acme", "price": 1999}
CLIENT = {"ip": "203.0.113.9", "user_agent": "Shop/1.0"}

Rows = list[dict[str, Any]]

SEGMENT: Rows = [
    {"event_type": "identify"},
    {"event_type": "page", "path": "/"},
    {"event_type": "view", **SHIRT, **CLIENT, "path": "/p1", "referrer": "https://search.example/"},
    {"event_type": "cart", **SHIRT, "quantity": 2},
    {"event_type": "remove_from_cart", **SHIRT, "quantity": 1},
    {"event_type": "purchase", **SHIRT, "quantity": 1, "order_id": "o1", "currency": "USD"},
    {"event_type": "purchase", "product_id": "p2", "price": 4499, "quantity": 1, "order_id": "o1", "currency": "USD"},
    {"event_type": "refund", "price": 6498, "order_id": "o1"},
    {"event_type": "identify"},
]
SNOWPLOW: Rows = [
    {"event_type": "page", "path": "/p1", "referrer": "https://search.example/", **CLIENT},
    {"event_type": "view", **SHIRT, "currency": "USD", **CLIENT},
    {"event_type": "cart", **SHIRT, "currency": "USD", "quantity": 2, **CLIENT},
    {"event_type": "remove_from_cart", **SHIRT, "currency": "USD", "quantity": 1, **CLIENT},
    {"event_type": "purchase", **SHIRT, "currency": "USD", "quantity": 1, "order_id": "o1", **CLIENT},
    {"event_type": "purchase", **SHIRT, "product_id": "p2", "price": 4499, "quantity": 1, "order_id": "o1", **CLIENT},
    {"event_type": "cart", "product_id": "p3", "price": 550, "quantity": 1, **CLIENT},
]


def assert_story(collector: Served, story: Rows, **everywhere: str) -> None:
    """The story arrived whole: each event once, in time, of the same people."""
    assert collector.log.letters == []
    rows = sorted(collector.log.rows, key=lambda row: [step["event_type"] for step in story].index(row["event_type"]))
    expected = sorted(story, key=lambda row: [step["event_type"] for step in story].index(row["event_type"]))
    left = list(rows)
    for step in expected:
        found = [row for row in left if step.items() <= row.items() and everywhere.items() <= row.items()]
        assert found, (step, left)
        left.remove(found[0])
    assert left == []
    assert len({row["event_id"] for row in rows}) == len(story)
    now = datetime.now(UTC)
    assert all(timedelta(minutes=-1) < now - row["event_time"] < timedelta(minutes=1) for row in rows)
    assert all(timedelta() <= now - row["received_at"] < timedelta(minutes=1) for row in rows)


def python_segment(url: str) -> None:
    stories.segment(import_module("segment.analytics.client").Client("key", host=url, max_retries=1))


def python_segment_gzip(url: str) -> None:
    stories.segment(import_module("segment.analytics.client").Client("key", host=url, gzip=True, max_retries=1))


def python_rudderstack(url: str) -> None:
    stories.segment(import_module("rudderstack.analytics.client").Client("key", host=url, max_retries=1))


def python_snowplow(url: str, method: str = "post") -> None:
    snow: Any = import_module("snowplow_tracker")
    host, port = url.removeprefix("http://").split(":")
    emitter = snow.Emitter(
        host, protocol="http", port=int(port), method=method, batch_size=10 if method == "post" else 1
    )
    subject = snow.Subject().set_user_id("u1").set_domain_user_id("a1").set_domain_session_id("s1")
    subject.set_ip_address("203.0.113.9").set_useragent("Shop/1.0")
    stories.snowplow(snow.Tracker("shop", emitter, subject=subject, app_id="web", encode_base64=method == "get"))


def python_snowplow_get(url: str) -> None:
    python_snowplow(url, "get")


PYTHON: dict[str, tuple[Callable[[str], None], Rows]] = {
    "segment": (python_segment, SEGMENT),
    "segment gzip": (python_segment_gzip, SEGMENT),
    "rudderstack": (python_rudderstack, SEGMENT),
    "snowplow post": (python_snowplow, SNOWPLOW),
    "snowplow get": (python_snowplow_get, SNOWPLOW),
}


@pytest.mark.parametrize("name", PYTHON)
def test_clients_for_python(collector: Served, name: str) -> None:
    tell, story = PYTHON[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tell(collector.url)
    assert_story(collector, story, user_id="u1", anon_id="a1")


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clients for Node."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("there is no Node here")
    folder = tmp_path_factory.mktemp("node")
    shutil.copytree(NODE, folder, dirs_exist_ok=True)
    command = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", str(folder), *PACKAGES]
    try:
        installed = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm install takes longer than three minutes here")
    if installed.returncode:
        pytest.skip(f"npm install does not work here: {installed.stderr.strip()[:200]}")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "arguments", "story"),
    [
        ("segment.mjs", [], SEGMENT),
        ("rudderstack.mjs", [], SEGMENT),
        ("snowplow.mjs", ["post"], SNOWPLOW),
        ("snowplow.mjs", ["get"], SNOWPLOW),
    ],
)
def test_clients_for_node(collector: Served, node: Path, script: str, arguments: list[str], story: Rows) -> None:
    command = ["node", str(node / script), collector.url, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    deadline = datetime.now(UTC) + timedelta(seconds=10)
    while len(collector.log.rows) < len(story) and datetime.now(UTC) < deadline:
        collector.http.get("/healthz")
    assert_story(collector, story, user_id="u1", anon_id="a1")
