"""What brands showed and sold: the mart against its definition told again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

Row = dict[str, Any]

WORST = {"gross": 2, "known": 1, "net": 0}
MONDAY = date(2024, 3, 4)


def events(seed: int, size: int = 150) -> list[Row]:
    """Rows of `clean` with everything that may go wrong: prices change in the day, a product's brand may be missing."""
    rng = np.random.default_rng(seed)
    kinds = ["view", "view", "view", "purchase", "cart", "refund", "page"]
    rows = []
    for _ in range(size):
        day, product = int(rng.integers(3)), int(rng.integers(9))
        rows.append(
            {
                "session_date": MONDAY + timedelta(days=day),
                "event_date": MONDAY + timedelta(days=day + int(rng.integers(2))),
                "session": int(rng.integers(8)),
                "event_type": kinds[rng.integers(len(kinds))],
                "product_id": f"p{product}",
                "category": f"c{product % 2}",
                "brand": ["", "acme", "best"][product % 3] if rng.random() < 0.9 else "",
                "price": int(rng.integers(0, 4)) * 100,
                "quantity": [None, 1, 3][rng.integers(3)],
                "bot": int(rng.integers(3)),
            }
        )
    return rows


def thirds(rows: list[Row]) -> dict[tuple[date, str, str], int]:
    """The price band of every day's products: the first third, one longer where it does not divide, is cheap."""
    bands: dict[tuple[date, str, str], int] = {}
    for day, category in {(row["session_date"], row["category"]) for row in rows}:
        prices: dict[str, int] = {}
        for row in rows:
            if (row["session_date"], row["category"]) == (day, category):
                prices[row["product_id"]] = max(row["price"], prices.get(row["product_id"], 0))
        order = sorted(prices, key=lambda product: (prices[product], product))
        parts = np.array_split(np.array(order, dtype=object), 3)
        bands |= {(day, category, product): band for band, part in enumerate(parts, 1) for product in part}
    return bands


def told_again(events_: list[Row]) -> dict[tuple[date, str, int, str], dict[str, int]]:
    """The mart by its definition: sets of sessions, one population after the other."""
    rows = [row for row in events_ if row["event_type"] in ("view", "cart", "purchase")]
    bands = thirds(rows)
    cells: dict[tuple[date, str, int, str], list[Row]] = {}
    for row in rows:
        band = bands[row["session_date"], row["category"], row["product_id"]]
        cells.setdefault((row["session_date"], row["category"], band, row["brand"]), []).append(row)
    told = {}
    for cell, here in cells.items():
        counts = {"products": len({row["product_id"] for row in here})}
        for population, worst in WORST.items():
            mine = [row for row in here if row["bot"] <= worst]
            seen, carted, bought = (
                {row["session"] for row in mine if row["event_type"] == kind} for kind in ("view", "cart", "purchase")
            )
            lines = [row["price"] * (row["quantity"] or 1) for row in mine if row["event_type"] == "purchase"]
            values = (len(seen), len(seen & carted), len(seen & bought), len(lines), sum(lines))
            names = ("exposed", "carted", "bought", "purchases", "revenue")
            counts |= {f"{name}_{population}": value for name, value in zip(names, values, strict=True)}
        told[cell] = counts
    return told


@pytest.mark.parametrize("seed", range(12))
def test_mart_is_its_definition(shop: Any, seed: int) -> None:
    rows = events(seed)
    told = {
        tuple(row[key] for key in ("day", "category", "band", "brand")): row for row in shop(rows).mart("brand_days")
    }
    expected = told_again(rows)
    assert told.keys() == expected.keys()
    for cell, counts in expected.items():
        assert {name: told[cell][name] for name in counts} == counts


def test_question_keeps_weeks_apart_and_the_widest_range(shop: Any) -> None:
    days = [MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)]
    rows = [
        {"event_date": day, "session": s, "product_id": f"p{s}"}
        for day, last in zip(days, (1, 4, 1), strict=True)
        for s in range(last)
    ]
    told = [
        (row["week"], row["band"], row["products"], row["exposed_net"]) for row in shop(rows).ask("brands_to_promote")
    ]
    assert told == [(days[0], 1, 2, 3), (days[0], 2, 1, 1), (days[0], 3, 1, 1), (days[2], 1, 1, 1)]
