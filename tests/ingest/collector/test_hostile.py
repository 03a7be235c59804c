"""What hostile and unlucky clients send: the right status, nothing lost, and the next client served."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from footfall.ingest.collector import body, server
from footfall.ports import BusyError, FootfallError
from tests.ingest.collector.conftest import Served, served

GOOD: dict[str, Any] = {
    "type": "page",
    "messageId": "m",
    "userId": "u",
    "timestamp": "2026-11-23T03:16:02Z",
    "properties": {"path": "/"},
}
OWN = b'{"event_time": "2026-11-23T03:16:02Z", "event_type": "page", "user_id": "u", "path": "/"}'


def batch(*events: Any) -> bytes:
    return json.dumps({"batch": events}).encode()


@pytest.fixture(autouse=True)
def next_client(collector: Served) -> Iterator[None]:
    """After whatever happened, a good request is taken."""
    yield
    before = len(collector.log.rows)
    assert collector.post("/v1/batch", batch(GOOD)).status_code == 200
    assert len(collector.log.rows) == before + 1


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"", {}, 400),
        (b"[]", {}, 400),
        (b"null", {}, 400),
        (b'{"batch": {}}', {}, 400),
        (b'{"batch": [', {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"\0" * 100, {}, 400),
        (b'{"batch": ' * 100_000, {}, 400),
        (gzip.compress(b"{", mtime=0), {"Content_Encoding": "gzip"}, 400),
        (b"\x1f\x8bno gzip", {}, 400),
        (gzip.compress(batch(GOOD), mtime=0)[:-9], {"Content_Encoding": "gzip"}, 400),
        (b"{}", {"Content_Encoding": "br"}, 415),
        (gzip.compress(b"0" * (17 << 20), mtime=0), {"Content_Encoding": "gzip"}, 413),
        (b"0" * (5 << 20), {}, 413),
    ],
)
def test_a_body_that_is_nothing_is_refused_whole(
    collector: Served, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = collector.post("/v1/batch", content, **headers)
    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert (collector.log.rows, collector.log.letters) == ([], [])


def test_fifty_megabytes_are_refused_before_they_are_sent(collector: Served) -> None:
    with socket.create_connection(("127.0.0.1", collector.port), timeout=10) as client:
        client.sendall(b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 52428800\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 413")


def test_fifty_megabytes_that_say_no_length_are_refused_on_the_way(collector: Served) -> None:
    with socket.create_connection(("127.0.0.1", collector.port), timeout=10) as client:
        client.sendall(b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            for _ in range(50):
                client.sendall(b"100000\r\n" + b"0" * (1 << 20) + b"\r\n")
        except (ConnectionError, TimeoutError):
            return
        assert client.recv(1000).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"1", "not an object"),
        (b'{"type": "click"}', "type"),
        (b'{"type": "page", "userId": "u", "timestamp": "soon"}', "event_time"),
        (b'{"type": "page", "timestamp": "2026-11-23T03:16:02Z"}', "all missing"),
        (b'{"type": "page", "userId": "a\\u0000b", "timestamp": "2026-11-23T03:16:02Z"}', "NUL"),
        (b'{"type": "page", "userId": "\xff"}', "not an object"),
        (b'{"type": "track", "userId": "u", "event": "Order Completed"}', "product_id"),
    ],
)
def test_a_bad_event_in_a_good_batch_is_a_dead_letter_and_the_batch_is_taken(
    collector: Served, bad: bytes, reason: str
) -> None:
    good = json.dumps(GOOD).encode()
    answer = collector.post("/v1/batch", b'{"batch": [' + good + b"," + bad + b"," + good + b"]}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [row["path"] for row in collector.log.rows] == ["/", "/"]
    assert len(collector.log.letters) == 1
    assert reason in collector.log.letters[0].reason
    assert collector.log.letters[0].source == "collector/segment"


def test_a_bad_line_among_good_lines(collector: Served) -> None:
    lines = b"\n".join([OWN, b"{", b"", b"[1]", OWN.replace(b"page", b"click"), b"\xff", OWN + b"\r"])
    assert collector.post("/v1/events", lines).status_code == 200
    assert len(collector.log.rows) == 2
    assert len(collector.log.letters) == 4


def test_own_events_as_a_list_of_which_one_is_bad(collector: Served) -> None:
    content = b"[" + OWN + b', {"event_time": 5}, ' + OWN.replace(b'"path"', b'"colour": "red", "path"') + b"]"
    assert collector.post("/v1/events", content).status_code == 200
    assert [row.get("extra") for row in collector.log.rows] == [None, '{"colour":"red"}']
    assert len(collector.log.letters) == 1


@pytest.mark.parametrize("depth", [100, 900, 990, 1_000, 100_000])
def test_however_deep_an_event_it_is_stored_or_dead_or_the_batch_refused(collector: Served, depth: int) -> None:
    deep = json.dumps({**GOOD, "properties": {"x": 0}}).replace("0}", "[" * depth + "]" * depth + "}")
    answer = collector.post("/v1/batch", b'{"batch": [' + deep.encode() + b"]}")
    kept = len(collector.log.rows) + len(collector.log.letters)
    assert (answer.status_code, kept) in ((200, 1), (400, 0))


def test_the_same_message_twice_keeps_its_id(collector: Served) -> None:
    for _ in range(2):
        assert collector.post("/v1/batch", batch(GOOD)).status_code == 200
    assert [row["event_id"] for row in collector.log.rows] == ["m", "m"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
def test_a_wrong_method(collector: Served, method: str) -> None:
    answer = collector.http.request(method, "/v1/batch")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/batch/", "/v2/batch", "/..%2f..%2fetc%2fpasswd"])
def test_a_path_that_is_not_there(collector: Served, path: str) -> None:
    assert collector.post(path, b"{}").status_code == 404


@pytest.mark.parametrize(
    ("trouble", "retry"),
    [
        (BusyError("much"), 1),
        (FootfallError("the disk is full"), 30),
        (OSError(28, "No space left on device"), 30),
        (ValueError("a bug"), 30),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_our_own_trouble_is_never_the_clients_fault(
    collector: Served, trouble: Exception, retry: int, late: bool
) -> None:
    collector.log.trouble, collector.log.late = trouble, late
    answer = collector.post("/v1/batch", batch(GOOD))
    assert answer.status_code == 503
    assert retry <= int(answer.headers["retry-after"]) <= retry + 2
    assert collector.http.get("/healthz").status_code == (200 if isinstance(trouble, BusyError) else 503)
    collector.log.trouble = None
    assert collector.post("/v1/batch", batch(GOOD)).status_code == 200
    assert collector.http.get("/healthz").status_code == 200


def test_a_log_that_does_not_answer_is_busy(collector: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("footfall.ingest.collector.intake.PATIENCE", 0.3)
    collector.log.holding = True
    assert collector.post("/v1/batch", batch(GOOD)).status_code == 503
    collector.log.holding = False


def test_a_slow_body_is_given_up(collector: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("footfall.ingest.collector.intake.PATIENCE", 0.3)
    with socket.create_connection(("127.0.0.1", collector.port), timeout=10) as client:
        client.sendall(b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        assert client.recv(1000).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("head", [b"", b"POST /v1/batch HTTP/1.1\r\nhost: x\r\n"])
def test_a_slow_head_is_given_up(collector: Served, monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    monkeypatch.setattr(server, "HEAD_PATIENCE", 0.3)
    with socket.create_connection(("127.0.0.1", collector.port), timeout=10) as client:
        client.sendall(head)
        began = time.monotonic()
        assert client.recv(1000) == b""
        assert time.monotonic() - began < 5


def test_a_client_that_hangs_up_harms_nobody(collector: Served) -> None:
    whole = b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{"
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", collector.port), timeout=10) as client:
            client.sendall(whole)


def test_inflating_stops_at_its_bound() -> None:
    bomb = gzip.compress(b"0" * (8 << 20), mtime=0)
    assert len(bomb) < 1 << 14
    with pytest.raises(body.BodyError) as refused:
        body.inflated(bomb, b"gzip", 1 << 20)
    assert refused.value.status == 413
    assert body.inflated(gzip.compress(b"x" * (1 << 20), mtime=0), b"", 1 << 20) == b"x" * (1 << 20)


def test_too_much_that_waits_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("footfall.ingest.collector.intake.HELD", 100)
    monkeypatch.setattr("footfall.ingest.collector.intake.PATIENCE", 2)
    with served() as collector:
        collector.log.holding = True
        with socket.create_connection(("127.0.0.1", collector.port), timeout=10) as client:
            content = batch(GOOD)
            client.sendall(
                b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b" % (len(content), content)
            )
            while not collector.intake.meter.waiting:
                time.sleep(0.01)
            answer = collector.post("/v1/batch", content)
            assert (answer.status_code, answer.json()["error"]) == (503, "busy")
            assert client.recv(1000).startswith(b"HTTP/1.1 503")
