"""Whose figures they are: each count is what a store says that has no events but those it takes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from footfall import insights

POPULATIONS = {"gross": 2, "known": 1, "net": 0}
"""The worst mark that each count takes."""
MARTS = [name for name, query in insights.daily().items() if query.keys]
KINDS = ("page", "view", "view", "cart", "remove_from_cart", "purchase")
PATHS = ("/", "/search", "/c/lamps", "/cart", "/checkout", "/about")

Row = dict[str, Any]


def visits(draw: random.Random) -> list[Row]:
    """Events of a few sessions, each event marked by itself."""
    return [
        {
            "event_type": draw.choice(KINDS),
            "path": draw.choice(PATHS),
            "at": draw.randrange(40),
            "session": session,
            "visitor": f"v{session % 7}",
            "brand": draw.choice(("acme", "apex")),
            "bot": draw.choice((0, 0, 0, 1, 2)),
        }
        for session in range(40)
        for _ in range(draw.randrange(1, 9))
    ]


def counted(rows: list[Row], population: str) -> list[Row]:
    """What one count says, without the others and without rows of nothing."""
    ending, others = f"_{population}", tuple(f"_{name}" for name in POPULATIONS if name != population)
    plain = [
        {name.removesuffix(ending): value for name, value in row.items() if not name.endswith(others)} for row in rows
    ]
    measures = {name.removesuffix(ending) for row in rows for name in row if name.endswith(ending)}
    return sorted((row for row in plain if any(row[name] for name in measures)), key=repr)


@pytest.mark.parametrize("population", ["known", "net"])
@pytest.mark.parametrize("mart", MARTS)
def test_a_count_is_the_gross_one_of_a_store_without_the_others(shop: Any, mart: str, population: str) -> None:
    rows = visits(random.Random(mart))
    without = [row for row in rows if row["bot"] <= POPULATIONS[population]]
    told, wanted = counted(shop(rows).mart(mart), population), counted(shop(without).mart(mart), "gross")
    assert told == wanted
    assert told != counted(shop(rows).mart(mart), "gross")
