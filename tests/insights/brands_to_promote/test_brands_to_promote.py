"""The labels of brands: on stores whose weak brands are known, against naive rankings, and by their laws."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from footfall.insights.brands import LABELS, SHORT, SURE, brand_bands, brands_to_promote
from footfall.insights.grade import BrandScore, brands_to_fix, grade_brands, mean_score
from footfall.insights.statistics import beta_cdf

Row = dict[str, Any]

MONDAY = date(2024, 3, 4)


def brand_rows(
    exposed: Any, bought: Any, category: str = "home.lamp", weeks: int = 6, products: Any = None, line: int = 1000
) -> list[Row]:
    """Rows of the question from exposures and buyers of every brand and band, spread evenly over weeks."""
    rows = []
    for b, band in np.ndindex(np.shape(exposed)):
        n, x = (np.diff(np.rint(np.linspace(0, part[b][band], weeks + 1)).astype(int)) for part in (exposed, bought))
        for week in range(weeks):
            counts = {"exposed": n[week], "carted": 2 * x[week], "bought": x[week], "purchases": x[week]}
            row = {"week": MONDAY + timedelta(weeks=week), "category": category, "band": band + 1, "brand": f"b{b:02}"}
            row |= {"products": 4 if products is None else products[b], "revenue_net": int(x[week]) * line}
            rows.append(row | {f"{name}_net": int(value) for name, value in counts.items()})
    return rows


def world(seed: int) -> tuple[list[Row], dict[tuple[str, str], int], dict[str, Any]]:
    """A synthetic store: brands of 40 categories, some of which sell at a third to two thirds of what they should.

    Returns:
        Rows of the question, the money that each weak brand loses, and raw exposures and buyers of every pair.
    """
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    lost: dict[tuple[str, str], int] = {}
    raw: dict[str, Any] = {"pair": [], "n": [], "x": []}
    size = rng.permutation(np.arange(1, 41) ** -0.5)
    for c in range(40):
        category, count = f"shop.c{c:02}", int(rng.integers(8, 25))
        share = np.arange(1, count + 1) ** -0.9
        where = rng.dirichlet(np.ones(3), count)
        n = rng.poisson(1.2e6 * size[c] / size.sum() * (share / share.sum())[:, None] * where)
        fair = (
            rng.uniform(0.02, 0.08)
            * np.exp(0.35 * rng.standard_normal(3))
            * np.exp(0.1 * rng.standard_normal(count))[:, None]
        )
        weak = np.where(rng.random(count) < 0.1, rng.uniform(0.35, 0.65, count), 1.0)[:, None]
        x = rng.binomial(n, np.minimum(fair * weak, 0.5))
        rows += brand_rows(n, x, category, weeks=1)
        money = (n * fair * (1 - weak) * 1000).sum(axis=1)
        lost |= {(f"b{b:02}", category): round(money[b]) for b in np.flatnonzero(weak[:, 0] < 1)}
        raw["pair"] += [(f"b{b:02}", category) for b in range(count)]
        raw["n"] += n.sum(axis=1).tolist()
        raw["x"] += x.sum(axis=1).tolist()
    return rows, lost, raw


def wilson(x: Any, n: Any) -> Any:
    """The upper end of Wilson's interval of 90 %."""
    z, p = 1.645, x / n
    return (p + z * z / 2 / n + z * np.sqrt(p * (1 - p) / n + z * z / 4 / n / n)) / (1 + z * z / n)


def test_finds_most_of_the_money_and_hardly_any_wrong() -> None:
    scores: list[BrandScore] = []
    lowest: list[BrandScore] = []
    bound: list[BrandScore] = []
    for seed in range(3):
        rows, lost, raw = world(seed)
        fix = brands_to_fix(brands_to_promote(rows))
        n, x = np.array(raw["n"]) + 1e-9, np.array(raw["x"])
        scores.append(grade_brands(fix, lost))
        for naive, order in ((lowest, np.where(n > 50, x / n, 1)), (bound, wilson(x, n))):
            naive.append(grade_brands([raw["pair"][i] for i in np.argsort(order)[: len(fix)]], lost))
    assert mean_score(scores)["precision"] >= 0.85
    assert mean_score(scores)["money"] >= 0.5
    assert mean_score(lowest)["precision"] < 0.6
    assert mean_score(bound)["precision"] < 0.7


def labels(table: dict[str, Any]) -> dict[str, str]:
    return dict(zip(table["brand"].tolist(), table["label"].tolist(), strict=True))


def test_a_weak_brand_is_to_be_fixed_and_says_so() -> None:
    n, x = np.full((8, 3), 2000), np.full((8, 3), 100)
    x[2] = 40
    table = brands_to_promote(brand_rows(n, x))
    assert labels(table) == {f"b{b:02}": "Fix" if b == 2 else "Fine" for b in range(8)}
    assert (table["brand"][0], table["exposed"][0], table["bought"][0], table["peers"][0]) == ("b02", 6000, 120, 8)
    assert table["money"][0] == pytest.approx(6000 * (table["expected_rate"][0] - table["rate"][0]) * 1000, abs=1)
    assert 0.02 < table["rate"][0] < 0.023 < table["expected_rate"][0] < 0.05
    assert table["low"][0] < table["rate"][0] < table["high"][0]
    assert table["why"][0].startswith("Bought in 120 of 6,000 sessions that saw it: 2.")
    assert "8 compared" in table["why"][0]
    assert table["advice"][0].startswith("Seldom put in the cart")


def test_interval_and_probability_are_those_of_the_posterior() -> None:
    table = brand_bands(brand_rows(np.full((6, 3), 900), np.arange(18).reshape(6, 3) + 20))
    for i in range(18):
        r, mean = table["expected_rate"][i], table["rate"][i]
        strength = (table["bought"][i] - mean * 900) / (mean - r)
        a, b = strength * r + table["bought"][i], strength * (1 - r) + 900 - table["bought"][i]
        assert beta_cdf(table["low"][i], a, b) == pytest.approx(0.05, abs=1e-4)
        assert beta_cdf(table["high"][i], a, b) == pytest.approx(0.95, abs=1e-4)
        assert beta_cdf(SHORT * r, a, b) == pytest.approx(table["probability"][i], abs=1e-4)


def test_price_is_no_fault() -> None:
    n, x = np.full((8, 3), 1500), np.tile([150, 75, 30], (8, 1))
    n[3], x[3] = [0, 0, 4500], [0, 0, 90]
    assert set(labels(brands_to_promote(brand_rows(n, x))).values()) == {"Fine"}


def test_a_giant_is_not_its_own_yardstick() -> None:
    n, x = np.full((6, 3), 600), np.full((6, 3), 60)
    n[0], x[0] = 20_000, 1000
    table = brands_to_promote(brand_rows(n, x, products=[130, 4, 4, 4, 4, 4]))
    assert labels(table) == {f"b{b:02}": "Fine" if b else "Fix" for b in range(6)}


def test_a_hidden_gem_is_to_be_promoted_and_a_hidden_dud_is_not() -> None:
    n, x = np.full((8, 3), 2000), np.full((8, 3), 100)
    n[1], x[1] = 600, 36
    n[2], x[2] = 600, 24
    table = brands_to_promote(brand_rows(n, x))
    assert labels(table) == {f"b{b:02}": "Promote" if b == 1 else "Fine" for b in range(8)}
    assert "times as often as its share of the range" in table["why"][0]


def test_a_brand_of_few_products_is_not_hidden() -> None:
    n, x = np.full((8, 3), 2000), np.full((8, 3), 100)
    n[1], x[1] = 600, 36
    assert labels(brands_to_promote(brand_rows(n, x, products=[4, 1, 4, 4, 4, 4, 4, 4])))["b01"] == "Fine"


@pytest.mark.parametrize(
    ("weekly", "label"),
    [
        ([400, 400, 320, 250, 200, 150], "Fading"),
        ([400, 400, 320, 250, 260, 150], "Fine"),
        ([400, 320, 250, 200, 150], "Fading"),
        ([400, 320, 250, 200], "Fine"),
        ([400, 399, 398, 397, 396], "Fine"),
    ],
)
def test_fading_takes_four_weeks_running_and_more_than_chance(weekly: list[int], label: str) -> None:
    weeks = len(weekly)
    rows = brand_rows(np.full((7, 1), 400 * weeks), np.full((7, 1), 20 * weeks), weeks=weeks)
    for row in rows:
        if row["brand"] == "b04":
            row["exposed_net"] = weekly[(row["week"] - MONDAY).days // 7]
            row["bought_net"] = row["exposed_net"] // 20
    assert labels(brands_to_promote(rows))["b04"] == label


def test_a_category_that_fades_as_a_whole_and_a_short_last_week_are_no_fault() -> None:
    rows = brand_rows(np.full((7, 1), 2400), np.full((7, 1), 120))
    for row in rows:
        week = (row["week"] - MONDAY).days // 7
        row["exposed_net"] = int(row["exposed_net"] * (1 - 0.1 * week))
    rows += [
        {**row, "week": MONDAY + timedelta(weeks=6), "exposed_net": 3 * (row["brand"] != "b04")} for row in rows[:7]
    ]
    assert set(labels(brands_to_promote(rows)).values()) == {"Fine"}


def test_few_brands_are_compared_within_two_levels_then_not_at_all() -> None:
    n, x = np.full((3, 3), 2000), np.full((3, 3), 100)
    x[0] = 30
    lamps = [*brand_rows(n, x, "home.lamp.desk")]
    assert set(brands_to_promote(lamps)["label"].tolist()) == {"Too little data"}
    more = [{**row, "brand": row["brand"] + "x"} for row in brand_rows(n + 1, n // 20, "home.lamp.floor")]
    table = brands_to_promote([*lamps, *more])
    assert labels(table) == {"b00": "Fix", "b01": "Fine", "b02": "Fine", "b00x": "Fine", "b01x": "Fine", "b02x": "Fine"}
    assert set(table["among"].tolist()) == {"home.lamp"}
    other = [{**row, "brand": row["brand"] + "x"} for row in brand_rows(n, x, "home.rug")]
    assert set(brands_to_promote([*lamps, *other])["label"].tolist()) == {"Too little data"}


def test_ids_have_no_level_above_them() -> None:
    n, x = np.full((3, 3), 2000), np.full((3, 3), 100)
    rows = [
        row
        for i, name in enumerate(("2053", "2054"))
        for row in brand_rows(n, x, name)
        if not row.update(brand=f"{i}{row['brand']}")
    ]
    assert set(brands_to_promote(rows)["label"].tolist()) == {"Too little data"}


def test_the_null_brand_is_judged_but_counts_as_nobodys_peer() -> None:
    n, x = np.full((6, 3), 2000), np.full((6, 3), 100)
    x[5] = 20
    rows = [{**row, "brand": "" if row["brand"] == "b05" else row["brand"]} for row in brand_rows(n, x)]
    assert labels(brands_to_promote(rows))[""] == "Fix"
    four = [row for row in rows if row["brand"] != "b04"]
    assert set(brands_to_promote(four)["label"].tolist()) == {"Too little data"}


def test_the_floor_is_where_judgement_begins() -> None:
    n, x = np.full((7, 1), 3000), np.full((7, 1), 150)
    n[1], x[1] = 99, 5
    n[2], x[2] = 101, 5
    table = brands_to_promote(brand_rows(n, x))
    assert table["floor"].tolist() == [100] * 7
    assert labels(table) == {f"b{b:02}": "Too little data" if b == 1 else "Fine" for b in range(7)}
    assert "Seen in 99 sessions" in table["why"][-1]
    assert "it takes 100 to judge it" in table["why"][-1]


def test_what_every_row_promises() -> None:
    rows, _, _ = world(7)
    table = brands_to_promote(rows)
    fix, enough = table["label"] == "Fix", table["label"] != "Too little data"
    assert fix.sum() > 10
    assert np.all(table["probability"][fix] >= SURE)
    assert not np.any((table["probability"] >= SURE) & enough & ~fix)
    assert np.all(table["money"][fix] > 0)
    assert np.all(table["exposed"][enough] >= table["floor"][enough])
    assert np.all((table["low"] <= table["rate"]) & (table["rate"] <= table["high"]))
    place = np.array([LABELS.index(label) for label in table["label"].tolist()])
    assert np.all(np.diff(place) >= 0)
    assert np.all(np.diff(table["money"][fix]) <= 0)
    assert all(
        why.endswith(".") and advice.endswith(".") for why, advice in zip(table["why"], table["advice"], strict=True)
    )
    bands = brand_bands(rows)
    assert bands["exposed"].sum() == sum(row["exposed_net"] for row in rows)


def test_order_of_rows_and_the_engine_do_not_matter() -> None:
    rows, _, _ = world(8)
    once = brands_to_promote(rows)
    shuffled = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
    columns = {name: np.array([row[name] for row in shuffled]) for name in rows[0]}
    columns["week"] = columns["week"].astype("datetime64[us]")
    again = brands_to_promote(columns)
    for name in once:
        same = (
            once[name] == again[name]
            if once[name].dtype.kind in "UiO"
            else np.isclose(once[name], again[name], rtol=1e-9)
        )
        assert np.all(same), name


def test_no_rows_no_brands() -> None:
    assert {len(values) for values in brands_to_promote([]).values()} == {0}
    assert {len(values) for values in brand_bands([]).values()} == {0}
