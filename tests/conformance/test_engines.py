"""The law of equal answers, on the engines themselves: every insight, every rule, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from footfall import conformance, insights, rules
from footfall.conformance import engines, store
from footfall.conformance.insights import compare as insights_compared

QUERIES = {
    *insights.daily(),
    *insights.history(),
    *insights.standing(),
    *insights.questions(),
}
WATCHES = {*(watch.id for rule in rules.rules().values() for watch in rule.watches), *rules.feeds()}
READS = {
    "duckdb": QUERIES | WATCHES,
    "spark": QUERIES | {f"job {name}" for name in ("events", "clean", *insights.marts())},
    "trino": QUERIES,
    "flink": WATCHES,
}


def test_an_engine_that_is_not_there_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines._NEEDED, "spark", (tmp_path / "python",))
    assert not conformance.installed("spark")
    (tmp_path / "python").touch()
    assert conformance.installed("spark")
    assert conformance.installed("duckdb")


@pytest.mark.engines
def test_every_engine_says_the_same(tmp_path: Path) -> None:
    assert {engine for engine in conformance.ENGINES if not conformance.installed(engine)} == set(), "make engines"
    found = list(conformance.compared(conformance.ENGINES, tmp_path, 3, 400, 7, lambda _: None))
    assert [one for one in found if not one.equal] == []
    for engine, names in READS.items():
        mine = {one.name: one.rows for one in found if one.engine == engine}
        assert mine.keys() == names
        assert [name for name, rows in mine.items() if not rows] == []


@pytest.mark.engines
def test_insights_are_the_same_over_two_million_events(tmp_path: Path) -> None:
    lake = store.made(tmp_path / "home", 38, 9_000, 11, lambda _: None)
    assert sum(file.rows for file in lake.days().values()) >= 2_000_000
    found = list(insights_compared(lake, ("spark", "trino"), tmp_path, lambda _: None))
    assert [one for one in found if not one.equal] == []
    assert len(found) == 2 * len(QUERIES)
