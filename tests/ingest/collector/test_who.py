"""Who may send, what is believed of them, how much they may send, and from which pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.config import Collector
from footfall.ingest.collector.address import Addresses, plain
from footfall.ingest.collector.keys import Bucket, Keys
from tests.ingest.collector.conftest import Served, served

PAGE = {"type": "page", "userId": "u", "timestamp": "2026-11-23T03:16:02Z", "properties": {"path": "/"}}
CLAIM = PAGE | {"context": {"ip": "203.0.113.9", "userAgent": "Told/1"}}
SNOW: dict[str, Any] = {"e": "pv", "uid": "u", "dtm": "1795403762453", "aid": "public"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Served]:
    """A collector with keys, for the pages of one origin."""
    options: dict[str, Any] = {
        "write_keys": ("public", "other"),
        "server_keys": ("secret",),
        "origins": ("https://shop.example",),
    }
    with served(**options) as found:
        yield found


@pytest.fixture
def keyed(guarded: Served) -> Served:
    """That collector, its log empty."""
    guarded.log.__init__()  # type: ignore[misc]
    return guarded


def basic(key: str) -> tuple[str, str]:
    return (key, "")


@pytest.mark.parametrize("key", ["public", "other", "secret"])
def test_every_way_of_bearing_a_key(keyed: Served, key: str) -> None:
    batch = {"batch": [PAGE]}
    assert keyed.http.post("/v1/batch", json=batch, auth=basic(key)).status_code == 200
    assert keyed.post("/v1/batch", batch, Authorization=f"Bearer {key}").status_code == 200
    assert keyed.post("/v1/batch", batch | {"writeKey": key}).status_code == 200
    assert keyed.post(f"/v1/batch?writeKey={key}", batch).status_code == 200
    assert keyed.post("/com.snowplowanalytics.snowplow/tp2", {"data": [SNOW | {"aid": key}]}).status_code == 200
    assert keyed.http.get("/i", params=SNOW | {"aid": key}).status_code == 200
    assert len(keyed.log.rows) == 6


@pytest.mark.parametrize("key", ["", "wrong", "Public", "public ", "secre", "ключ"])
def test_a_wrong_key_is_refused_whole(keyed: Served, key: str) -> None:
    batch = {"batch": [PAGE]}
    assert keyed.post("/v1/batch", batch | {"writeKey": key}).status_code == 401
    assert keyed.http.get("/i", params=SNOW | {"aid": key}).status_code == 401
    if key and key.isascii() and key.strip() == key:
        assert keyed.http.post("/v1/batch", json=batch, auth=basic(key)).status_code == 401
        assert keyed.post("/v1/batch", batch | {"writeKey": "public"}, Authorization=f"Bearer {key}").status_code == 401
    assert keyed.post("/v1/batch", batch).status_code == 401
    assert keyed.log.rows == []


def test_what_is_believed_of_the_bearer_of_which_key(keyed: Served) -> None:
    for key in ("secret", "public"):
        keyed.post("/v1/batch", {"batch": [CLAIM, PAGE], "writeKey": key}, User_Agent="Browser/1")
    assert [(row.get("ip"), row.get("user_agent")) for row in keyed.log.rows] == [
        ("203.0.113.9", "Told/1"),
        (None, None),
        ("127.0.0.1", "Browser/1"),
        ("127.0.0.1", "Browser/1"),
    ]


def test_without_keys_this_machine_alone_may_send(collector: Served) -> None:
    batch = {"batch": [CLAIM, PAGE]}
    assert collector.post("/v1/batch", batch, User_Agent="Browser/1").status_code == 200
    assert [(row["ip"], row["user_agent"]) for row in collector.log.rows] == [
        ("203.0.113.9", "Told/1"),
        ("127.0.0.1", "Browser/1"),
    ]
    assert collector.post("/v1/batch", batch, X_Forwarded_For="198.51.100.7").status_code == 401


@pytest.mark.parametrize(
    ("header", "connection", "told", "address"),
    [
        ("x-forwarded-for", "192.0.2.1", "", "192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("x-forwarded-for", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("x-forwarded-for", "10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("x-forwarded-for", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("x-forwarded-for", "10.0.0.1", "203.0.113.9, nonsense", None),
        ("x-forwarded-for", "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("x-forwarded-for", "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("x-forwarded-for", "10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("x-forwarded-for", "10.0.0.1", "for=203.0.113.9", None),
        ("forwarded", "10.0.0.1", 'for="[2001:db8::1]:80";proto=https, for=10.0.0.2', "2001:db8::1"),
        ("forwarded", "10.0.0.1", "proto=https;for=203.0.113.9", "203.0.113.9"),
        ("forwarded", "10.0.0.1", "for=_hidden", None),
        ("forwarded", "10.0.0.1", "203.0.113.9", None),
        ("forwarded", None, "for=203.0.113.9", None),
    ],
)
def test_the_right_most_address_that_no_proxy_has(
    header: Any, connection: str | None, told: str, address: str | None
) -> None:
    addresses = Addresses(Collector(trusted_proxies=("10.0.0.0/8",), address_header=header))
    assert addresses.of(connection, told.encode()) == address


@given(st.text(max_size=60))
def test_no_text_is_an_address_by_accident(told: str) -> None:
    found = plain(told)
    assert found is None or plain(found) == found
    Addresses(Collector()).of("127.0.0.1", told.encode())


def test_a_key_may_send_so_many_a_second_and_no_more() -> None:
    now = 1_000.0
    with served(clock=lambda: now, write_keys=("slow", "other"), rate=10) as collector:

        def send(key: str, events: int) -> Any:
            return collector.post("/v1/batch", {"batch": [PAGE] * events, "writeKey": key})

        assert send("slow", 15).status_code == 200
        assert send("slow", 15).status_code == 200
        refused = send("slow", 1)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
        assert send("other", 1).status_code == 200
        now += 1.2
        assert send("slow", 1).status_code == 200
        assert len(collector.log.rows) == 32


@given(st.integers(1, 100), st.lists(st.tuples(st.floats(0, 5), st.integers(1, 300)), max_size=30))
def test_a_bucket_never_lets_more_through_than_its_rate_a_burst_and_one_batch(
    rate: int, steps: list[tuple[float, int]]
) -> None:
    bucket, now, sent, largest = Bucket(rate), 0.0, 0, 0
    for pause, events in steps:
        now += pause
        if not bucket.wait(now):
            bucket.take(events)
            sent, largest = sent + events, max(largest, events)
        assert sent <= rate * (now + 2) + largest + 1e-6


def test_keys_of_nobody_and_of_anybody() -> None:
    assert Keys(Collector()).sender("any", local=True)
    assert Keys(Collector()).sender("any", local=False) is None
    assert Keys(Collector(write_keys=("k",))).sender(None, local=True) is None


def preflight(collector: Served, origin: str) -> Any:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return collector.http.request("OPTIONS", "/v1/t", headers=headers)


def test_pages_of_configured_origins_alone(keyed: Served) -> None:
    answer = preflight(keyed, "https://shop.example")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in preflight(keyed, "https://evil.example").headers
    body = {"batch": [PAGE], "writeKey": "public"}
    assert keyed.post("/v1/batch", body, Origin="https://evil.example").status_code == 403
    taken = keyed.post("/v1/batch", body, Origin="https://shop.example", Content_Type="text/plain")
    assert taken.status_code == 200
    assert taken.headers["access-control-allow-origin"] == "https://shop.example"
    refused = keyed.post("/v1/batch", {"batch": [PAGE]}, Origin="https://shop.example")
    assert refused.headers["access-control-allow-origin"] == "https://shop.example"


def test_any_page_where_no_origin_is_configured(collector: Served) -> None:
    assert preflight(collector, "https://any.example").headers["access-control-allow-origin"] == "https://any.example"
    assert "access-control-allow-origin" not in collector.post("/v1/batch", {"batch": []}).headers
