"""The collector under load: ``python -m bench.stream.collector``; real clients' payloads, durable before the answer."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.batch.report import table
from footfall.config import Settings
from footfall.embedded.appender import Appender
from footfall.ingest.collector import app, run
from footfall.layout import Layout

PAYLOADS = Path(__file__).parents[2] / "tests/payloads"
CONNECTIONS = (16, 64)
SECONDS = 5.0
EVENTS = 100
"""Of a request."""


def segment(events: int) -> bytes:
    """A batch as Segment's client for Node sends it."""
    payload = json.loads((PAYLOADS / "segment_node.json").read_text())
    payload["body"]["batch"] = list(islice(cycle(payload["body"]["batch"]), events))
    payload["body"]["sentAt"] = datetime.now(UTC).isoformat()
    return request("/v1/batch", json.dumps(payload["body"], separators=(",", ":")).encode())


def snowplow(events: int) -> bytes:
    """A batch as Snowplow's tracker for Node sends it."""
    payload = json.loads((PAYLOADS / "snowplow_node.json").read_text())
    sent = {"stm": str(time.time_ns() // 1_000_000)}
    payload["body"]["data"] = [event | sent for event in islice(cycle(payload["body"]["data"]), events)]
    return request("/com.snowplowanalytics.snowplow/tp2", json.dumps(payload["body"], separators=(",", ":")).encode())


def footfall(events: int) -> bytes:
    """A batch of the event's own JSON lines."""
    row = {
        "event_time": "2026-11-23T03:16:02.453000Z",
        "event_type": "view",
        "product_id": "p1",
        "category_code": "apparel.shirt",
        "brand": "acme",
        "price": 1999,
        "user_id": "u1",
        "user_session": "s1",
        "ip": "203.0.113.9",
        "user_agent": "Shop/1.0",
        "path": "/p1",
    }
    return request("/v1/events", json.dumps([row] * events, separators=(",", ":")).encode())


PAYLOAD: dict[str, Callable[[int], bytes]] = {"segment": segment, "snowplow": snowplow, "footfall": footfall}


def request(path: str, body: bytes) -> bytes:
    """One whole request."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve(home: Path, told: Connection) -> None:
    """The collector over a real log, in a process of its own."""
    stop = threading.Event()
    threading.Thread(target=ended, args=(told, stop), daemon=True).start()
    with Appender(Layout(home)) as log:
        began = time.process_time()
        run(app(Settings(), log, time.time), 0, stop, told.send)
    told.send(time.process_time() - began)


def ended(told: Connection, stop: threading.Event) -> None:
    """Waits for the word to stop."""
    told.recv()
    stop.set()


@dataclass
class Sender(asyncio.Protocol):
    """One connection: sends the next request once the last is answered."""

    data: bytes
    until: float
    took: list[float] = field(default_factory=list)
    wrong: int = 0
    heard: bytes = b""

    def connection_made(self, transport: Any) -> None:
        """Sends the first request."""
        self.transport = transport
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._send()

    def data_received(self, data: bytes) -> None:
        """Takes an answer, which may come in two pieces."""
        self.heard += data
        head, _, body = self.heard.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if not length or len(body) < int(length[1]):
            return
        now, data, self.heard = time.perf_counter(), self.heard, b""
        self.took.append(now - self.sent)
        self.wrong += not data.startswith(b"HTTP/1.1 200")
        if now >= self.until:
            self.transport.close()
            self.ended.set_result(None)
        else:
            self._send()

    def _send(self) -> None:
        self.sent = time.perf_counter()
        self.transport.write(self.data)


async def load(port: int, data: bytes, connections: int, seconds: float) -> list[Sender]:
    """All the connections at once, for some seconds."""
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    made = [await loop.create_connection(lambda: Sender(data, until), "127.0.0.1", port) for _ in range(connections)]
    senders = [sender for _, sender in made]
    await asyncio.gather(*(sender.ended for sender in senders))
    return senders


def measure(dialect: str, connections: int, seconds: float = SECONDS, events: int = EVENTS) -> dict[str, Any]:
    """A collector of its own asked by so many connections at once, each as soon as it was answered.

    Returns:
        ``dialect``, ``connections``, ``rate`` (accepted events a second), ``p50``, ``p99`` and ``worst`` (milliseconds
        until the answer), ``refused`` (requests), ``cpu`` (the collector's, microseconds an event).
    """
    ours, theirs = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory(prefix="footfall-") as home:
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(Path(home), theirs))
        server.start()
        port = ours.recv()
        data = PAYLOAD[dialect](events)
        warm = asyncio.run(load(port, data, 4, 0.5))
        began = time.perf_counter()
        senders = asyncio.run(load(port, data, connections, seconds))
        spent = time.perf_counter() - began
        ours.send("stop")
        busy = ours.recv()
        server.join()
    took = sorted(one * 1000 for sender in senders for one in sender.took)
    refused = sum(sender.wrong for sender in senders)
    answered = len(took) + sum(len(sender.took) for sender in warm)
    return {
        "dialect": dialect,
        "connections": connections,
        "rate": (len(took) - refused) * events / spent,
        "p50": statistics.median(took),
        "p99": took[int(len(took) * 0.99)],
        "worst": took[-1],
        "refused": refused,
        "cpu": busy * 1e6 / (answered * events),
    }


def measured() -> list[dict[str, Any]]:
    """Every dialect at every number of connections."""
    return [measure(dialect, connections) for dialect in PAYLOAD for connections in CONNECTIONS]


def table_of(found: list[dict[str, Any]]) -> str:
    """A line for each measurement."""
    columns = ["dialect", "connections", "accepted events/s", "p50 ms", "p99 ms", "worst ms", "refused", "µs CPU/event"]
    rows = [
        [
            each["dialect"],
            str(each["connections"]),
            f"{each['rate']:,.0f}",
            *(f"{each[name]:.0f}" for name in ("p50", "p99", "worst")),
            str(each["refused"]),
            f"{each['cpu']:.1f}",
        ]
        for each in found
    ]
    return table(columns, rows)


if __name__ == "__main__":
    print(table_of(measured()))
