"""The hours of categories: the mart against its definition told again, the margins and their laws."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.insights.categories import STORE, expected_buyers, occurrences, top_categories

Row = dict[str, Any]

WORST = {"gross": 2, "known": 1, "net": 0}
MONDAY = date(2024, 3, 4)


def events(seed: int, size: int = 120) -> list[Row]:
    """Rows of `clean` with everything that may go wrong."""
    rng = np.random.default_rng(seed)
    kinds = ["view", "view", "view", "purchase", "cart", "refund", "page"]
    rows = []
    for _ in range(size):
        day, late = int(rng.integers(3)), int(rng.integers(2))
        product = int(rng.integers(5))
        rows.append(
            {
                "session_date": MONDAY + timedelta(days=day),
                "event_date": MONDAY + timedelta(days=day + late),
                "hour": int(rng.integers(3)),
                "session": int(rng.integers(6)),
                "event_type": kinds[rng.integers(len(kinds))],
                "product_id": f"p{product}",
                "category": f"c{product % 3}",
                "price": int(rng.integers(1, 900)),
                "quantity": [None, 1, 3][rng.integers(3)],
                "bot": int(rng.integers(3)),
            }
        )
    return rows


def told_again(rows: list[Row]) -> dict[tuple[date, int, int, str], dict[str, int]]:
    """The mart by its definition: sets of sessions, one population after the other."""
    cells: dict[tuple[date, int, int, str], dict[str, int]] = {}
    for row in rows:
        if row["event_type"] in ("view", "purchase"):
            for category in (row["category"], STORE):
                cells.setdefault((row["session_date"], row["event_date"].isoweekday(), row["hour"], category), {})
    for cell, counts in cells.items():
        for population, worst in WORST.items():
            mine = [row for row in rows if row["bot"] <= worst and cell[3] in (row["category"], STORE)]
            bought = {(r["session_date"], r["session"]) for r in mine if r["event_type"] == "purchase"}
            here = [r for r in mine if (r["session_date"], r["event_date"].isoweekday(), r["hour"]) == cell[:3]]
            views = [(r["session_date"], r["session"]) for r in here if r["event_type"] == "view"]
            lines = [r["price"] * (r["quantity"] or 1) for r in here if r["event_type"] == "purchase"]
            values = (len(set(views)), len(set(views) & bought), len(views), len(lines), sum(lines))
            names = ("interest", "buyers", "views", "purchases", "revenue")
            counts |= {f"{name}_{population}": value for name, value in zip(names, values, strict=True)}
    return cells


@pytest.mark.parametrize("seed", range(12))
def test_mart_is_its_definition(shop: Any, seed: int) -> None:
    rows = events(seed)
    keys = ("day", "weekday", "hour", "category")
    told = {tuple(row[key] for key in keys): row for row in shop(rows).mart("category_hours")}
    expected = told_again(rows)
    assert told.keys() == expected.keys()
    for cell, counts in expected.items():
        assert {name: told[cell][name] for name in counts} == counts


@pytest.mark.parametrize("seed", range(3))
def test_question_adds_up_the_days_of_its_range(shop: Any, seed: int) -> None:
    store = shop(events(seed))
    whole = store.ask("top_categories")
    parts = [row for day in range(3) for row in store.ask("top_categories", *[MONDAY + timedelta(days=day)] * 2)]
    for name in ("interest_gross", "buyers_net", "revenue_known"):
        assert sum(row[name] for row in whole) == sum(row[name] for row in parts)


def test_hours_of_a_month_with_five_mondays() -> None:
    days = [date(2024, 4, day) for day in range(1, 31)]
    assert occurrences(days).reshape(7, 24)[:, 5].tolist() == [5, 5, 4, 4, 4, 4, 4]


@pytest.mark.parametrize(
    ("day", "zone", "hour", "times", "hours"),
    [
        (date(2024, 3, 31), "Europe/Berlin", 2, 0, 23),
        (date(2024, 10, 27), "Europe/Berlin", 2, 2, 25),
        (date(2024, 4, 7), "Australia/Lord_Howe", 1, 1.5, 24.5),
        (date(2024, 3, 31), "UTC", 2, 1, 24),
        (date(2011, 12, 30), "Pacific/Apia", 5, 0, 0),
    ],
)
def test_hours_of_a_day_on_which_clocks_change(day: date, zone: str, hour: int, times: float, hours: float) -> None:
    often = occurrences([day, day], zone).reshape(7, 24)
    assert often[day.weekday(), hour] == times
    assert often.sum() == hours


def cells(seed: int, categories: int = 8) -> list[Row]:
    """Rows of the question, with the store's own."""
    rng = np.random.default_rng(seed)
    rows = []
    for weekday in range(1, 8):
        for hour in range(24):
            views = rng.poisson(rng.uniform(15, 25, categories))
            sold = rng.binomial(views, 0.2)
            parts = zip([f"c{i}" for i in range(categories)], views, sold, strict=True)
            for name, n, x in [*parts, (STORE, views.sum(), sold.sum())]:
                row = {"interest": int(n), "buyers": int(x), "purchases": int(x), "revenue": int(x) * 500}
                rows.append(
                    {"weekday": weekday, "hour": hour, "category": name} | {f"{k}_net": v for k, v in row.items()}
                )
    return rows


@pytest.mark.parametrize("by", ["hour", "weekday"])
def test_margins_add_up_and_are_ranked(by: Any) -> None:
    rows = cells(1)
    table = top_categories(rows, np.full(168, 4.0), by)
    for i in range(len(table[by])):
        mine = [row for row in rows if row[by] == table[by][i] and row["category"] == table["category"][i]]
        assert table["interest"][i] == sum(row["interest_net"] for row in mine)
        assert table["revenue"][i] == sum(row["revenue_net"] for row in mine)
    for slot in set(table[by].tolist()):
        here = table[by] == slot
        assert table["rank"][here].tolist() == list(range(9))
        assert table["category"][here][0] == STORE
        assert np.all(np.diff(table["interest_each"][here][1:]) <= 0)


def test_figures_are_of_one_hour_or_day_however_often_it_occurred() -> None:
    row = {"category": "c", "hour": 9, "buyers_net": 1, "purchases_net": 1, "revenue_net": 70}
    rows = [{**row, "weekday": weekday, "interest_net": 10 * times} for weekday, times in ((1, 5), (2, 4))]
    often = np.zeros((7, 24))
    often[0], often[1] = 5, 4
    hours, days = (top_categories(rows, often.ravel(), by) for by in ("hour", "weekday"))
    assert hours["interest_each"].tolist() == [10]
    assert hours["occurrences"].tolist() == [9]
    assert days["interest_each"].tolist() == [10, 10]
    assert days["occurrences"].tolist() == [5, 4]
    assert days["revenue_each"].tolist() == [14, 17.5]


def test_lift_finds_the_hour_of_a_category_and_the_index_its_conversion() -> None:
    rows = cells(2)
    for row in rows:
        if row["category"] == "c3" and row["hour"] == 20:
            row["interest_net"] *= 4
            row["buyers_net"] = 0
    table = top_categories(rows, np.full(168, 4.0), "hour")
    odd = (table["category"] == "c3") & (table["hour"] == 20)
    assert table["lift"][odd] > 2.3
    assert table["index"][odd] < 0.2
    rest = ~odd & (table["category"] != STORE) & (table["hour"] != 20)
    assert np.all((table["lift"][rest] > 0.6) & (table["lift"][rest] < 1.5))
    assert np.all(table["index"][rest] > 0.6)


def test_store_hour_index_is_not_fooled_by_the_mix() -> None:
    interest = np.array([[[100.0, 900.0], [900.0, 100.0]]])
    rate = np.array([0.2, 0.02])
    _, same = expected_buyers(interest, interest * rate)
    assert same == pytest.approx([1, 1])
    expected, index = expected_buyers(interest, interest * rate * np.array([[1.5], [0.5]]))
    assert index[0] / index[1] == pytest.approx(3)
    assert expected[0] == pytest.approx(interest[0] * rate * np.array([[1.5], [0.5]]))


@settings(max_examples=15)
@given(st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(dice: Any) -> None:
    rows = cells(3, categories=3)
    once = top_categories(rows, np.full(168, 4.0), "hour")
    dice.shuffle(rows)
    again = top_categories(rows, np.full(168, 4.0), "hour")
    assert all(once[name].tolist() == again[name].tolist() for name in once)


def test_unknown_population_is_refused() -> None:
    with pytest.raises(ValueError, match="gross, known, net"):
        top_categories(cells(4, 1), np.full(168, 4.0), "hour", "clean")
