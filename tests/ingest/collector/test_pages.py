"""What the collector shows: health, figures, and the script for a shop's pages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from footfall.ingest.collector.meter import BOUNDS, Meter
from tests.ingest.collector.conftest import Served

BROWSER = """
const listeners = {}
const listen = { addEventListener: (name, run) => { listeners[name] = run } }
const store = { getItem: () => null, setItem() {} }
const attribute = (name) => ({ 'data-key': 'k', 'data-footfall': 'Product Added' })[name]
const currentScript = { src: URL_OF_IT, getAttribute: attribute }
const document = { currentScript, referrer: 'https://search.example/', ...listen }
const location = { href: 'https://shop.example/p?utm_source=mail' }
const sent = []
const window = { crypto, localStorage: store, sessionStorage: store, ...listen, footfall: { q: [['identify', 'u1']] } }
const navigator = { sendBeacon: (url, body) => { sent.push([url, body]); return true } }
;
SCRIPT
window.footfall('track', 'Product Viewed', { product_id: 'p1', price: 19.99 })
const attributes = [['data-footfall', 'Product Added'], ['data-product-id', 'p1'], ['data-price', '5'], ['class', 'x']]
const element = { getAttribute: attribute, attributes: attributes.map(([name, value]) => ({ name, value })) }
listeners.click({ target: { closest: () => element } })
listeners.pagehide()
console.log(JSON.stringify(sent))
"""


def test_the_script_is_small_and_tells_the_same_events(collector: Served) -> None:
    answer = collector.http.get("/footfall.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) <= 3 << 10
    assert "cookie" not in answer.text
    if not shutil.which("node"):
        pytest.skip("there is no Node here")
    program = BROWSER.replace("URL_OF_IT", json.dumps(f"{collector.url}/footfall.js")).replace("SCRIPT", answer.text)
    ran = subprocess.run(["node", "-e", program], capture_output=True, text=True, timeout=30, check=True)
    ((url, body),) = json.loads(ran.stdout)
    assert collector.http.post(url, data=body, headers={"content-type": "text/plain"}).status_code == 200
    assert collector.log.letters == []
    kinds = [(row["event_type"], row.get("product_id"), row.get("price")) for row in collector.log.rows]
    assert kinds == [("page", None, None), ("identify", None, None), ("view", "p1", 1999), ("cart", "p1", 500)]
    assert {row["path"] for row in collector.log.rows} == {"/p?utm_source=mail"}
    assert {row["campaign"] for row in collector.log.rows} == {"mail"}
    assert len({row["event_id"] for row in collector.log.rows}) == 4
    assert len({row["anon_id"] for row in collector.log.rows}) == 1
    assert {row.get("user_id") for row in collector.log.rows[1:]} == {"u1"}


LINE = re.compile(r'^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"]*"\})? [0-9.+e]+)$')


def test_the_figures_count_what_happened(collector: Served) -> None:
    page = {"type": "page", "userId": "u", "timestamp": "2026-11-23T03:16:02Z"}
    before = collector.http.get("/metrics").text
    collector.post("/v1/batch", {"batch": [page, page, {}]})
    collector.post("/v1/batch", b"{")
    answer = collector.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert all(LINE.match(line) for line in answer.text.splitlines())

    def grown(name: str) -> float:
        values = [re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE) for text in (before, answer.text)]
        old, new = (float(value[1]) if value else 0.0 for value in values)
        return new - old

    assert grown('footfall_collector_events_total{dialect="segment"}') == 2
    assert grown('footfall_collector_dead_letters_total{dialect="segment"}') == 1
    assert grown('footfall_collector_requests_total{status="200"}') == 1
    assert grown('footfall_collector_requests_total{status="400"}') == 1
    assert grown('footfall_collector_refused_total{reason="not JSON"}') == 1
    assert grown('footfall_collector_commit_seconds_bucket{le="+Inf"}') == 1
    assert grown("footfall_collector_commit_seconds_count") == 1


def test_the_histogram_is_cumulative() -> None:
    meter = Meter()
    for bound in BOUNDS:
        meter.committed(bound)
    meter.committed(100)
    counts = [int(line.rsplit(" ", 1)[1]) for line in meter.text().splitlines() if "_bucket" in line]
    assert counts == list(range(1, len(BOUNDS) + 2))


def test_metrics_of_segments_own_client_are_taken_and_forgotten(collector: Served) -> None:
    assert collector.post("/v1/m", {"series": []}).status_code == 200
    assert collector.log.rows == []
