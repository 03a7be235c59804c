"""Small stores with all that makes marts depend on more than their day: midnights, log-ins, carts, bots."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2019, 10, 24, tzinfo=UTC)
"""Three days before clocks change in Berlin."""
AGENTS = [
    None,
    "Mozilla/5.0 (X11; Linux x86_64)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
]
KINDS = ["view"] * 6 + ["cart"] * 4 + ["purchase"] * 2 + ["remove_from_cart", "identify", "page"]


def world(seed: int, days: int = 7, visits: int = 40) -> list[dict[str, Any]]:
    """Events of a store, in no order: visits of a few browsers and users, many around midnight, some log-ins."""
    draw = random.Random(seed)
    events = [event for _ in range(visits) for event in _visit(draw, days)]
    draw.shuffle(events)
    return events


def _visit(draw: random.Random, days: int) -> list[dict[str, Any]]:
    day = START + timedelta(days=draw.randrange(days))
    time = day + timedelta(minutes=draw.choice([1_340, 1_425, 1_435, 600, draw.randrange(1_440)]))
    browser, user = f"b{draw.randrange(6)}", f"u{draw.randrange(4)}"
    session = draw.choice([f"s{draw.randrange(100)}", None])
    knows, logs_in = draw.random() < 0.4, draw.random() < 0.3
    shown = {"anon_id": browser, "user_session": session, "user_agent": draw.choice(AGENTS)}
    events = []
    for step in range(draw.randrange(1, 9)):
        time += timedelta(seconds=draw.choice([0, 5, 60, 600, 1_700, 1_801]))
        known = knows or (logs_in and step > 2)
        events.append(_event(draw, time) | shown | {"user_id": user if known else None})
    return [{name: value for name, value in event.items() if value is not None} for event in events]


def _event(draw: random.Random, time: datetime) -> dict[str, Any]:
    kind = draw.choice(KINDS)
    product = draw.randrange(5)
    about = {
        "product_id": f"p{product}",
        "category_code": f"c{product % 2}.x" if product else None,
        "brand": ["acme", "zeta", None][product % 3],
        "price": 100 * (product + 1),
        "quantity": draw.choice([None, 1, 2]),
        "order_id": f"o{draw.randrange(20)}" if kind == "purchase" else None,
    }
    return {
        "event_time": time.isoformat(),
        "event_type": kind,
        "referrer": draw.choice([None, "https://a.example/"]),
    } | (about if kind not in ("identify", "page") else {"path": draw.choice(["/", "/cart", "/help"])})
