"""Grading: scores of answers whose errors are counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from footfall.insights.grade import (
    brands_to_fix,
    confirmed_windows,
    grade_brands,
    grade_rate,
    grade_windows,
    mean_score,
)

MONDAY, SUNDAY = ("lamp", 1, 20), ("lamp", 7, 9)


def test_windows() -> None:
    score = grade_windows([MONDAY, ("rug", 1, 20), ("rug", 1, 21)], {MONDAY, SUNDAY})
    assert (score.true, score.found, score.wrong) == (2, 1, 2)
    assert [score.precision, score.recall] == pytest.approx([1 / 3, 0.5])


def test_brands_weigh_what_they_lose() -> None:
    lost = {("acme", "lamp"): 900, ("best", "lamp"): 90, ("best", "rug"): 10}
    score = grade_brands({("acme", "lamp"), ("best", "rug"), ("acme", "rug")}, lost)
    assert (score.true, score.found, score.wrong) == (3, 2, 1)
    assert [score.precision, score.recall] == pytest.approx([2 / 3, 2 / 3])
    assert (score.lost, score.money) == (1000, 0.91)


def test_nothing_told_is_nothing_wrong_and_nothing_true_is_all_found() -> None:
    none = grade_windows([], [MONDAY])
    assert (none.precision, none.recall, none.wrong) == (1, 0, 0)
    empty = grade_brands([], {})
    assert (empty.precision, empty.recall, empty.money) == (1, 1, 1)
    assert grade_windows([SUNDAY], []).wrong == 1


def test_rate() -> None:
    score = grade_rate(0.61, 0.625)
    assert score.error == pytest.approx(0.015)
    assert (score.measured, score.true) == (0.61, 0.625)


def test_means() -> None:
    scores = [grade_windows([MONDAY], [MONDAY, SUNDAY]), grade_windows([SUNDAY, MONDAY], [SUNDAY])]
    assert mean_score(scores) == {"true": 1.5, "found": 1.0, "wrong": 0.5, "precision": 0.75, "recall": 0.75}
    with pytest.raises(ValueError, match="one kind"):
        mean_score([scores[0], grade_rate(0, 0)])
    with pytest.raises(ValueError, match="at least one"):
        mean_score([])


def test_only_confirmed_discounts_and_brands_to_fix_count() -> None:
    table = {
        "label": np.array(["discount", "discount", "harvest"]),
        "status": np.array(["confirmed", "candidate", ""]),
        "category": np.array(["lamp", "lamp", "rug"]),
        "weekday": np.array([1, 7, 3]),
        "hour": np.array([20, 9, 3]),
    }
    assert confirmed_windows(table) == {MONDAY}
    brands = {"label": ["Fix", "Promote"], "brand": ["acme", "best"], "category": ["lamp", "lamp"]}
    assert brands_to_fix(brands) == {("acme", "lamp")}
