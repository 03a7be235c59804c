"""The answers against stores whose truth is known, a few of the seeds that `footfall grade --insights` averages."""

from __future__ import annotations

from pathlib import Path

import pytest

from footfall.cli.grade import insights_document
from footfall.embedded.grade import DAYS, VISITORS, grade_seeds


@pytest.mark.slow
def test_answers_are_near_the_truth(tmp_path: Path) -> None:
    grades = list(grade_seeds(tmp_path, [901, 902, 903], 2, DAYS, VISITORS, lambda _done, _all: None))
    told = insights_document(grades)
    assert told["carts"]["error"] <= 0.01
    assert told["brands"]["precision"] >= 0.85
    assert told["brands"]["money"] >= 0.5
    assert told["windows"]["found"] >= 20
    assert told["windows"]["wrong"] <= 1
    assert told["without_effects"]["windows"]["wrong"] == 0
    assert told["without_effects"]["brands"]["wrong"] <= 1
