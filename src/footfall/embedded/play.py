"""Simulated shoppers and attackers, played live: their events sent to one's own collector when they are due."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import takewhile

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from footfall.ports import FootfallError
from footfall.simulate import Store, attack, live

HOST = "127.0.0.1"
PATH = "/v1/events"
BATCH = 500
"""Events of a request at most."""


Progress = Callable[[float], None]
"""Called with the seconds gone."""


def play_attack(profile: str, port: int, seed: int, seconds: float, rate: float | None, progress: Progress) -> int:
    """Plays a profile in real time against the collector on this machine, and nowhere else.

    Args:
        profile: its name.
        port: of the collector on 127.0.0.1.
        seed: which attacker.
        seconds: how long.
        rate: events a second on average; as it comes if None.
        progress: told after every batch.

    Returns:
        How many events were sent.

    Raises:
        FootfallError: nobody collects there, or the collector refuses the events.
    """
    began = time.time()
    return _play(attack(profile, seed, datetime.fromtimestamp(began, UTC), seconds, rate), port, began, progress)


def play_store(store: Store, port: int, rate: float, seconds: float, progress: Progress) -> int:
    """Plays a store's shoppers in real time against the collector on this machine.

    Args:
        store: its range and its seed.
        port: of the collector on 127.0.0.1.
        rate: events a second on average.
        seconds: how long; without end if infinite.
        progress: told after every batch.

    Returns:
        How many events were sent.

    Raises:
        FootfallError: nobody collects there, or the collector refuses the events.
    """
    began = time.time()
    arrivals = ((_last(events) - began, events) for events in live(store, (), rate, datetime.fromtimestamp(began, UTC)))
    return _play(takewhile(lambda due: due[0] <= seconds, arrivals), port, began, progress)


def _play(arrivals: Iterable[tuple[float, pa.Table]], port: int, began: float, progress: Progress) -> int:
    sent = 0
    for due, events in arrivals:
        time.sleep(max(0.0, began + due - time.time()))
        for start in range(0, events.num_rows, BATCH):
            _send(port, events.slice(start, BATCH))
        sent += events.num_rows
        progress(time.time() - began)
    return sent


def _last(events: pa.Table) -> float:
    """When the last of some events arrives, in seconds since the epoch."""
    return float(pc.max(events["received_at"]).as_py().timestamp())


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
