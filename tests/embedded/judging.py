"""Verdicts for tests, and a shop with a bot in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from footfall.embedded.incident_store import EmbeddedIncidents
from footfall.incident import Subject, Verdict
from footfall.ports import GuardChanges
from tests.conftest import Home, event, jsonl

EVER = (0, 2**53)


def ms(text: str) -> int:
    """A moment in UTC ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def verdict(kind: str, name: str, since: int = 0, until: int = EVER[1], **fields: Any) -> Verdict:
    """A verdict that leaves its subject out, unless said otherwise."""
    made = Verdict(f"v {kind} {name}", Subject(kind, name), since, until, "i1", "speed", 1, "SIVT", "OAT-011", 95)
    return msgspec.structs.replace(made, **fields)


def judge(home: Home, *verdicts: Verdict) -> None:
    """What the guard would keep."""
    store = EmbeddedIncidents(home.lake.layout)
    store.apply(GuardChanges(verdicts=verdicts))
    store.close()


def withdraw(home: Home, *verdicts: Verdict) -> None:
    """What resolving an incident as mistaken does."""
    judge(home, *(msgspec.structs.replace(one, withdrawn=1) for one in verdicts))


def fill(home: Home) -> Home:
    """Ten days with a shopper each at noon, who fills a cart, and on every day a visit of the same bot."""
    rows = []
    for day in range(1, 11):
        noon = f"2019-10-{day:02}T12:00:00Z"
        rows.append(event(noon, "cart", price=100, user_id=f"u{day}", user_session=f"s{day}"))
        rows.append(event(noon, "cart", price=900, user_id="bot", user_session=f"b{day}", ip="203.0.113.9"))
    home.take(jsonl(rows))
    home.build()
    return home
