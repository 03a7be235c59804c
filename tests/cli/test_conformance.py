"""What `footfall conformance` says of engines that differ, and of engines that are not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from footfall import conformance as engines
from footfall.cli.conformance import conformance
from footfall.conformance import Result
from footfall.ports import FootfallError

FOUND = [Result("sales", "duckdb", 3, True), Result("sales", "spark", 4, False)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The engines that were compared; flink is not installed, spark has another row."""
    chosen: list[str] = []

    def compared(names: list[str], *_: Any) -> Iterator[Result]:
        chosen.extend(names)
        yield from (one for one in FOUND if one.engine in names)

    monkeypatch.setattr(engines, "installed", lambda engine: engine != "flink")
    monkeypatch.setattr(engines, "compared", compared)
    return chosen


def test_an_engine_that_is_not_installed_is_named(asked: list[str], tmp_path: Path, capsys: Any) -> None:
    with pytest.raises(FootfallError, match="1 of 2 comparisons differ"):
        conformance("", 3, 400, 7, tmp_path)
    assert asked == ["duckdb", "spark", "trino"]
    told = capsys.readouterr()
    assert "flink" in told.err
    assert "make engines" in told.err
    assert "DIFFERS" in told.out


def test_an_engine_asked_for_that_is_not_installed_is_an_error(asked: list[str], tmp_path: Path) -> None:
    with pytest.raises(FootfallError, match=r"flink\. To install: make engines"):
        conformance("duckdb,flink", 3, 400, 7, tmp_path)
    assert asked == []


def test_the_document(asked: list[str], tmp_path: Path, capsys: Any) -> None:
    conformance("duckdb", 3, 400, 7, tmp_path, json=True)
    document = json.loads(capsys.readouterr().out)
    assert document == {"rows": [{"name": "sales", "engine": "duckdb", "rows": 3, "equal": True}], "missing": []}
    assert asked == ["duckdb"]
    with pytest.raises(FootfallError):
        conformance("", 3, 400, 7, tmp_path, json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["missing"] == ["flink"]
    assert [row["equal"] for row in document["rows"]] == [True, False]
    assert list((tmp_path / "work").iterdir()) == []
