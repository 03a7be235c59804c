"""What is planted is there, as strong as the truth says, and nowhere else."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.compute as pc
import pytest

from footfall.simulate import Store, simulate
from footfall.simulate.catalogue import catalogue
from footfall.simulate.cells import expected, measures
from footfall.simulate.reckon import Ledger
from footfall.simulate.world import world
from tests.simulate.conftest import Told, tell

BUSY = Store(days=42, visitors=800, seed=11, categories=10, products=1500, windows=15, pages=False)
"""Six weeks of a store with few categories, so that each cell holds something."""


@pytest.fixture(scope="module")
def busy() -> Told:
    return tell(BUSY)


@pytest.fixture(scope="module")
def cells(busy: Told) -> dict[tuple[str, int], list[int]]:
    """Sessions that view and that buy, by category and hour of the week of the session's start."""
    zone, count = ZoneInfo(BUSY.zone), defaultdict[tuple[str, int], list[int]](lambda: [0, 0])
    for rows in busy.by_session().values():
        start = rows[0]["event_time"].astimezone(zone)
        hour = start.weekday() * 24 + start.hour
        for category in {row["category_code"] or row["category_id"] for row in rows}:
            mine = [row for row in rows if (row["category_code"] or row["category_id"]) == category]
            count[category, hour][0] += any(row["event_type"] == "view" for row in mine)
            count[category, hour][1] += any(row["event_type"] == "purchase" for row in mine)
    return count


def test_the_cells_show_what_the_truth_expects(busy: Told, cells: dict[tuple[str, int], list[int]]) -> None:
    told = busy.truth.cells.to_pylist()
    found = np.array([cells[cell["category"], cell["hour_of_week"]] for cell in told])
    expected_sessions = np.array([(cell["interest"], cell["buyers"]) for cell in told])
    sessions, buyers = found.sum(axis=0) / expected_sessions.sum(axis=0)
    assert sessions == pytest.approx(1, abs=0.03)
    assert buyers == pytest.approx(1, abs=0.08)
    chi2 = ((found - expected_sessions) ** 2 / expected_sessions).mean(axis=0)
    assert chi2 == pytest.approx([1, 1], abs=0.2)


def test_windows_draw_many_and_sell_little(busy: Told, cells: dict[tuple[str, int], list[int]]) -> None:
    windows = busy.truth.windows.to_pylist()
    assert len(windows) >= 10
    assert all(cell["lift"] >= 1.15 and cell["conversion_index"] <= 0.85 and cell["gain"] > 0 for cell in windows)
    found = np.sum([cells[cell["category"], cell["hour_of_week"]] for cell in windows], axis=0)
    fair = sum(cell["buyers"] / cell["conversion_index"] for cell in windows)
    ordinary = sum(cell["interest"] / cell["lift"] for cell in windows)
    assert found[0] > 1.3 * ordinary
    assert found[1] < 0.65 * fair


def test_only_what_is_planted_is_a_window(busy: Told) -> None:
    kinds = Counter((cell["planted"], cell["window"]) for cell in busy.truth.cells.to_pylist())
    assert {kind for kind, window in kinds if window} == {"window"}
    assert {kind for kind, window in kinds if not window} >= {"", "harvest", "quiet", "spike"}


def test_the_most_seen_cells_are_not_the_windows() -> None:
    truth_of = Ledger(world(Store(seed=4)))
    cell = expected(truth_of.world)
    assert cell.window.sum() == 40
    top = np.argsort(-cell.interest.ravel())[:40]
    assert cell.window.ravel()[top].sum() <= 4


def test_a_store_without_effects_has_none() -> None:
    told = tell(replace(BUSY, effects=False, days=7, visitors=100))
    assert told.truth.windows.num_rows == 0
    assert set(told.truth.cells["planted"].to_pylist()) == {""}
    assert set(told.truth.brands["label"].to_pylist()) == {"fine"}
    assert pc.sum(told.truth.brands["lost"]).as_py() == 0
    assert pc.sum(told.truth.cells["gain"]).as_py() == 0
    index = told.truth.cells["conversion_index"].to_numpy()
    assert index.min() > 0.85


def test_effects_leave_the_ordinary_hours_alone() -> None:
    plain, planted = (world(replace(BUSY, effects=effects)).interest for effects in (False, True))
    assert (plain.ordinary == planted.ordinary).all()
    free = planted.planted == 0
    assert (plain.visits[free] == planted.visits[free]).all()
    assert (plain.conversion[free] == planted.conversion[free]).all()


def test_a_spike_is_one_week_s() -> None:
    hours = world(BUSY).interest
    assert hours.spikes
    for spike in hours.spikes:
        weeks = [hours.in_week(week)[0][spike.category, spike.hour] for week in range(6)]
        raised = [week for week, visits in enumerate(weeks) if visits > 2 * hours.ordinary[spike.category, spike.hour]]
        assert raised == [spike.week]


def _sold(rows: list[dict[str, Any]]) -> tuple[Counter[Any], Counter[Any], Counter[Any]]:
    """Sessions that saw, that bought, and money taken, by (category, brand)."""
    seen, bought, money = Counter[Any](), Counter[Any](), Counter[Any]()
    for kind, count in (("view", seen), ("purchase", bought)):
        count.update(
            (category, brand)
            for _, category, brand in {
                (row["user_session"], row["category_code"] or row["category_id"], row["brand"] or "")
                for row in rows
                if row["event_type"] == kind
            }
        )
    for row in rows:
        if row["event_type"] == "purchase":
            pair = (row["category_code"] or row["category_id"], row["brand"] or "")
            money[pair] += row["price"] * (row["quantity"] or 1)
    return seen, bought, money


def test_brands_sell_as_the_truth_says(busy: Told) -> None:
    seen, bought, money = _sold(list(busy.once()))
    brands = busy.truth.brands.to_pylist()
    rate = {
        category: sum(bought[pair] for pair in bought if pair[0] == category)
        / sum(seen[pair] for pair in seen if pair[0] == category)
        for category in {row["category"] for row in brands}
    }
    for label in ("fix", "promote", "fine"):
        mine = [(row, (row["category"], row["brand"])) for row in brands if row["label"] == label]
        fair = sum(rate[pair[0]] * seen[pair] * row["conversion"] for row, pair in mine)
        found = sum(bought[pair] for _, pair in mine)
        assert abs(found - fair) < 4 * fair**0.5 + 0.1 * fair, label
    weak = [row for row in brands if row["label"] == "fix"]
    assert all(row["conversion"] < 0.65 for row in weak)
    assert min(row["conversion"] for row in brands if row["label"] != "fix") > 0.8
    missed = sum(money[row["category"], row["brand"]] * (1 / row["conversion"] - 1) for row in weak)
    assert sum(row["lost"] for row in weak) == pytest.approx(missed, rel=0.25)


def test_shares_are_shares(busy: Told) -> None:
    by_category = defaultdict(list)
    for row in busy.truth.brands.to_pylist():
        by_category[row["category"]].append(row)
    for rows in by_category.values():
        assert sum(row["range_share"] for row in rows) == pytest.approx(1)
        assert sum(row["view_share"] for row in rows) == pytest.approx(1)
        assert len(rows) >= 12
        assert [row["brand"] for row in rows].count("") == 1


def test_prices_part_into_thirds() -> None:
    goods = catalogue(BUSY)
    for category in range(BUSY.categories):
        mine = goods.category == category
        sizes = np.bincount(goods.tertile[mine])
        assert sizes.max() - sizes.min() <= 1
        for tertile in range(2):
            assert (
                goods.price[mine & (goods.tertile == tertile)].max()
                <= goods.price[mine & (goods.tertile > tertile)].min()
            )
        for tertile in range(3):
            assert len(np.unique(goods.pair[mine & (goods.tertile == tertile)])) >= 5


def test_a_fading_brand_loses_views_week_by_week() -> None:
    goods = catalogue(Store(seed=2))
    fading = np.flatnonzero(goods.standing == 3)
    weeks = [np.bincount(goods.pair, goods.weekly(week), len(goods.standing))[fading] for week in range(6)]
    assert len(fading) > 5
    assert all((later < 0.9 * earlier).all() for earlier, later in pairwise(weeks))


def test_measures_of_a_store_of_two_by_two() -> None:
    interest, buyers = np.array([[30.0, 10.0], [10.0, 50.0]]), np.array([[3.0, 1.0], [1.0, 5.0]])
    lift, index = measures(interest, buyers)
    assert lift == pytest.approx(np.array([[30 / 16, 10 / 24], [10 / 24, 50 / 36]]))
    assert index == pytest.approx(np.ones((2, 2)))
    _, index = measures(interest, np.array([[1.5, 1.0], [1.0, 5.0]]))
    category, hour, store = 2.5 / 40, 2.5 / 40, 8.5 / 100
    assert index[0, 0] == pytest.approx(1.5 / (30 * category * hour / store))


def test_truth_names_the_day_of_the_week() -> None:
    run = simulate(replace(BUSY, days=1, visitors=10, start=date(2025, 9, 1)))
    assert len(list(run)) == 1
    cell = run.truth.cells.to_pylist()[24 + 13]
    assert (cell["hour_of_week"], cell["weekday"], cell["hour"]) == (37, 2, 13)
