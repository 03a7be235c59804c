"""Discount windows: on counts of a store whose windows are known, against naive rankings, and by their laws."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.insights.categories import STORE
from footfall.insights.grade import Window, confirmed_windows, grade_windows, mean_score
from footfall.insights.windows import BUSY, HINT, LOW, discount_windows, switchback

HOURS = np.arange(168)
CATEGORIES = 40
WEEKS = 9
MONDAY = np.datetime64("2024-03-04")
TURN = 2 * np.pi / 24


def cycles(rng: np.random.Generator) -> tuple[Any, Any]:
    """Interest and conversion of a store's cells, smooth in the hour: shapes (168, categories)."""
    day = 1 + 0.6 * np.sin((HOURS - 9) * TURN) + 0.25 * np.sin((HOURS - 17) * 2 * TURN)
    store = np.maximum(day, 0.12) * (1 + 0.15 * np.sin(HOURS * TURN / 7 + 1))
    height = rng.uniform(0, 0.3, (3, CATEGORIES)) * np.array([[1.0], [0.5], [0.6]])
    turns = rng.uniform(0, 2 * np.pi, (3, CATEGORIES))
    speed = np.array([TURN, 2 * TURN, TURN / 7])[:, None, None]
    own = np.exp((height[:, None] * np.sin(HOURS[None, :, None] * speed + turns[:, None])).sum(axis=0))
    size = rng.permutation(np.arange(1, CATEGORIES + 1) ** -0.5)
    interest = store[:, None] * own * size
    rate = rng.uniform(0.06, 0.14, CATEGORIES) * (1 + 0.2 * np.sin(HOURS * TURN + 2))[:, None]
    return interest / interest.sum(), rate


def world(
    seed: int, visits: float = 3.5e6, windows: int = 40, spikes: int = 30, weeks: int = WEEKS
) -> tuple[Any, Any, set[int]]:
    """Sessions and buyers of a synthetic store, shapes (weeks, 168, categories), and the places of its windows.

    Beside the windows lie as many cells that are only busy, as many that only sell badly, and crowds of one week that
    buy little.
    """
    rng = np.random.default_rng(seed)
    interest, rate = cycles(rng)
    lift, sale = np.ones(interest.size), np.ones(interest.size)
    true, busy, poor = np.split(rng.permutation(interest.size)[: 3 * windows], 3)
    lift[[*true, *busy]] = rng.uniform(1.4, 1.9, 2 * windows)
    sale[[*true, *poor]] = rng.uniform(0.35, 0.6, 2 * windows)
    lift[poor] = np.minimum(1, (interest.sum(axis=1, keepdims=True) * interest.sum(axis=0) / interest).ravel()[poor])
    seen = np.repeat((interest * lift.reshape(interest.shape))[None] * visits / weeks, weeks, axis=0)
    sold = np.repeat((rate * sale.reshape(interest.shape))[None], weeks, axis=0)
    seen *= np.exp(0.05 * rng.standard_normal((weeks, 1, CATEGORIES)))
    for _ in range(spikes):
        crowd = (rng.integers(weeks), slice(start := rng.integers(165), start + 3), rng.integers(CATEGORIES))
        seen[crowd] *= rng.uniform(3, 8)
        sold[crowd] *= rng.uniform(0.2, 0.5)
    n = rng.poisson(seen)
    return n, rng.binomial(n, sold), set(true.tolist())


def rows(n: Any, x: Any) -> dict[str, Any]:
    """Counts as the rows of the question."""
    week, hour, category = (part.ravel() for part in np.indices(n.shape))
    counts = {"interest": n.ravel(), "buyers": x.ravel(), "purchases": x.ravel(), "revenue": 1000 * x.ravel()}
    return {
        "week": MONDAY + 7 * week,
        "weekday": hour // 24 + 1,
        "hour": hour % 24,
        "category": np.array([f"c{i:02}" for i in range(n.shape[2])])[category],
    } | {f"{name}_net": values for name, values in counts.items()}


def named(places: Any) -> set[Window]:
    """Cells by their names."""
    return {
        (f"c{place % CATEGORIES:02}", place // CATEGORIES // 24 + 1, place // CATEGORIES % 24)
        for place in map(int, places)
    }


def often(weeks: int = WEEKS) -> Any:
    return np.full(168, float(weeks))


def labelled(table: dict[str, Any], label: str) -> set[Window]:
    """The cells with a label."""
    here = table["label"] == label
    return set(zip(*(table[name][here].tolist() for name in ("category", "weekday", "hour")), strict=True))


def test_finds_at_least_half_and_hardly_any_wrong() -> None:
    scores, naive = [], []
    for seed in range(4):
        n, x, true = world(seed)
        scores.append(grade_windows(confirmed_windows(discount_windows(rows(n, x), often())), named(true)))
        busiest = named(n.sum(axis=0).ravel().argsort()[-40:])
        naive.append(grade_windows(busiest, named(true)))
    mean = mean_score(scores)
    assert mean["found"] >= 20
    assert mean["wrong"] <= 0.5
    assert mean_score(naive)["found"] <= 3


def test_low_conversion_alone_flags_hundreds_of_cells_and_this_none_where_there_is_nothing() -> None:
    for seed in range(3):
        n, x, _ = world(seed, windows=0, spikes=0)
        poor = x.sum(axis=0) <= LOW * n.sum(axis=0) * (x.sum(axis=(0, 1)) / n.sum(axis=(0, 1)))
        assert poor.sum() > 500
        assert not labelled(discount_windows(rows(n, x), often()), "discount")


def test_a_crowd_of_one_week_is_set_aside() -> None:
    n, x, _ = world(5, windows=0, spikes=0)
    cell = (4, 43, 7)
    n[cell], x[cell] = 12 * n[:, 43, 7].mean(), 0
    assert not labelled(discount_windows(rows(n, x), often()), "discount")


def planted(weeks: int = WEEKS, lift: float = 2.0, sale: float = 0.2, hours: int = 1) -> tuple[Any, Any]:
    """A store in which chance plays no part, and in one category some hours from Monday 20 h that differ."""
    n = np.full((weeks, 168, 12), 200.0)
    x = np.full((weeks, 168, 12), 20.0)
    cells = (slice(None), slice(20, 20 + hours), 3)
    n[cells], x[cells] = 200 * lift, 20 * lift * sale
    return n, np.rint(x)


def test_the_numbers_of_a_window() -> None:
    table = discount_windows(rows(*planted()), often())
    assert labelled(table, "discount") == {("c03", 1, 20)}
    told = {name: values[table["label"] == "discount"][0] for name, values in table.items()}
    assert told["status"] == "confirmed"
    assert (told["weeks"], told["held"], told["set_aside"]) == (9, 9, 0)
    assert (told["interest"], told["buyers"], told["interest_each"]) == (3600, 72, 400)
    assert told["lift"] == pytest.approx(2, rel=0.15)
    assert told["expected_conversion"] == pytest.approx(0.1, rel=0.2)
    assert told["index"] == pytest.approx(0.2, abs=0.05)
    assert told["mean_line"] == 1000
    assert told["gain"] == pytest.approx(told["expected_buyers"] * (1 - told["index"]) * 1000, abs=1)
    assert told["gain_week"] == pytest.approx(told["gain"] / 9, abs=1)


@pytest.mark.parametrize(("weeks", "status"), [(1, "candidate"), (5, "candidate"), (6, "confirmed"), (26, "confirmed")])
def test_under_six_weeks_a_window_is_a_candidate_at_most(weeks: int, status: str) -> None:
    table = discount_windows(rows(*planted(weeks)), often(weeks))
    assert table["status"][table["label"] == "discount"].tolist() == [status]


@pytest.mark.parametrize(("good", "found"), [(3, False), (4, True), (6, True)])
def test_a_window_holds_in_four_weeks_of_six(good: int, found: bool) -> None:
    n, x = planted(6)
    n[good:, 20, 3], x[good:, 20, 3] = 200, 20
    table = discount_windows(rows(n, x), often(6))
    assert (("c03", 1, 20) in labelled(table, "discount")) == found


@pytest.mark.parametrize(
    ("lift", "sale", "label"),
    [
        (2.0, 0.3, "discount"),
        (2.0, 1.6, "harvest"),
        (2.0, 1.0, ""),
        (0.4, 1.0, "quiet"),
        (0.4, 0.3, "quiet"),
        (1.0, 0.3, ""),
    ],
)
def test_labels(lift: float, sale: float, label: str) -> None:
    table = discount_windows(rows(*planted(lift=lift, sale=sale)), often())
    assert {name for name in ("discount", "harvest", "quiet") if ("c03", 1, 20) in labelled(table, name)} == {label} - {
        ""
    }


def test_growth_and_half_weeks_leave_no_trace() -> None:
    n, x = planted(8, lift=1.0, sale=1.0)
    n[:, :, 5] *= np.linspace(0.2, 3, 8)[:, None]
    x[:, :, 5] = np.rint(n[:, :, 5] * 0.1)
    n[0, :72], x[0, :72], n[7, 100:], x[7, 100:] = 0, 0, 0, 0
    occurred = often(8)
    occurred[:72] -= 1
    occurred[100:] -= 1
    assert len(discount_windows(rows(n, x), occurred)["label"]) == 0


def test_a_weekend_sale_in_the_whole_store_is_no_window() -> None:
    n, x = planted(8, lift=1.0, sale=1.0)
    n[:, 120:] *= 3
    x[:, 120:] *= 1.2
    assert len(discount_windows(rows(n, x), often(8))["label"]) == 0


@pytest.fixture(scope="module")
def busy_store() -> tuple[dict[str, Any], dict[str, Any]]:
    n, x, _ = world(11)
    given_rows = rows(n, x)
    return given_rows, discount_windows(given_rows, often())


def test_what_every_row_promises(busy_store: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _, table = busy_store
    window, quiet = table["label"] == "discount", table["label"] == "quiet"
    assert window.sum() > 10
    assert quiet.sum() > 10
    assert np.all((table["lift"][window] >= BUSY) & (table["index"][window] <= LOW) & (table["p"][window] <= HINT))
    assert np.all(table["lift"][quiet] <= LOW)
    assert np.all(table["held"] * 6 >= table["weeks"] * 4)
    assert np.all((table["gain"] > 0) == window)
    assert set(table["status"][window].tolist()) <= {"confirmed", "candidate"}
    assert set(table["status"][~window].tolist()) == {""}
    found = table["status"] == "confirmed"
    assert found[: found.sum()].all()


@settings(max_examples=5)
@given(st.integers(0, 2**32 - 1))
def test_order_and_shape_of_rows_do_not_matter(busy_store: tuple[dict[str, Any], dict[str, Any]], seed: int) -> None:
    given_rows, table = busy_store
    order = np.random.default_rng(seed).permutation(len(given_rows["hour"]))
    shuffled = {name: values[order] for name, values in given_rows.items()}
    again = discount_windows(shuffled, often())
    assert all(np.array_equal(again[name], table[name]) for name in table)


def test_rows_of_another_engine_and_the_store_among_them_change_nothing() -> None:
    n, x = planted()
    columns = rows(n, x)
    engine_rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*(v.tolist() for v in columns.values()), strict=True)
    ]
    assert isinstance(engine_rows[0]["week"], date)
    store = [{**row, "category": STORE} for row in engine_rows if row["category"] == "c00"]
    texts = [{**row, "week": row["week"].isoformat()} for row in [*engine_rows, *store]]
    once, again = discount_windows(columns, often()), discount_windows(texts, often())
    assert all(once[name].tolist() == again[name].tolist() for name in once)


def test_no_rows_no_windows() -> None:
    assert {len(values) for values in discount_windows([], often()).values()} == {0}
    assert {len(values) for values in discount_windows(rows(*(np.zeros((2, 168, 3)),) * 2), often(2)).values()} == {0}


@given(st.integers(1, 7), st.integers(0, 23), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 30))
def test_switchback_is_fair(weekday: int, hour: int, first: date, weeks: int) -> None:
    plan = switchback(weekday, hour, first, weeks)
    days, given_discount = zip(*plan, strict=True)
    assert len(plan) in (weeks, weeks + 1)
    assert all(day.isoweekday() == weekday for day in days)
    assert all(later - day == timedelta(weeks=1) for day, later in pairwise(days))
    assert days[0].isocalendar().week == first.isocalendar().week
    assert all(sum(given_discount[at : at + 2]) == 1 for at in range(0, len(plan), 2))
    assert switchback(weekday, hour, first + timedelta(weeks=1), weeks)[0][0] == days[0] + timedelta(weeks=1)


def test_switchback_changes_sides() -> None:
    assert [on for _, on in switchback(1, 20, date(2024, 3, 4), 7)] == [
        False,
        True,
        True,
        False,
        False,
        True,
        True,
        False,
    ]
    assert [on for _, on in switchback(1, 21, date(2024, 3, 4), 4)] == [True, False, False, True]
