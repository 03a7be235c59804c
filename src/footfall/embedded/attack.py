"""An attack on one's own collector: a simulated attacker's events, sent over HTTP when they are due."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pyarrow as pa

from footfall.ports import FootfallError
from footfall.simulate import attack

HOST = "127.0.0.1"
PATH = "/v1/events"
BATCH = 500
"""Events of a request at most."""


def play(
    profile: str, port: int, seed: int, seconds: float, rate: float | None, progress: Callable[[float], None]
) -> int:
    """Plays a profile in real time against the collector on this machine, and nowhere else.

    Args:
        profile: its name.
        port: of the collector on 127.0.0.1.
        seed: which attacker.
        seconds: how long.
        rate: events a second on average; as it comes if None.
        progress: called with the seconds gone.

    Returns:
        How many events were sent.

    Raises:
        FootfallError: nobody collects there, or the collector refuses the events.
    """
    began, sent = time.time(), 0
    for due, events in attack(profile, seed, datetime.fromtimestamp(began, UTC), seconds, rate):
        time.sleep(max(0.0, began + due - time.time()))
        for start in range(0, events.num_rows, BATCH):
            _send(port, events.slice(start, BATCH))
        sent += events.num_rows
        progress(time.time() - began)
    return sent


def _send(port: int, events: pa.Table) -> None:
    body = msgspec.json.encode([_told(row) for row in events.drop_columns(["received_at"]).to_pylist()])
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
    except OSError as error:
        raise FootfallError(
            f"Nobody collects at port {port} of this machine; run: footfall serve --port {port}"
        ) from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise FootfallError(f"The collector at port {port} answered {answer.status}: {text[:200]}")


def _told(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value is not None}
