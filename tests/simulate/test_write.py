"""Files: the same bytes from any number of processes, readable as what they claim to be."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from footfall.event import arrow_schema, json_schema
from footfall.simulate import Store, Truth, simulate, write
from footfall.simulate.crew import Task, days
from tests.simulate import recount
from tests.simulate.conftest import TINY, Told

REES46 = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store in every format, by one process and by two."""
    folder = tmp_path_factory.mktemp("written")
    for processes in (1, 2):
        (folder / str(processes)).mkdir()
        write(folder / str(processes) / "events.parquet", replace(TINY, processes=processes))
        write(folder / str(processes) / "events.csv.gz", replace(TINY, processes=processes))
    for name in ("events.jsonl", "events.csv", "events.ndjson.gz"):
        write(folder / "1" / name, TINY)
    return folder


@pytest.mark.parametrize("name", ["events.parquet", "events.csv.gz"])
def test_two_processes_write_the_same_bytes_as_one(folder: Path, name: str) -> None:
    alone, together = ((folder / processes / name).read_bytes() for processes in ("1", "2"))
    assert alone == together
    truths = [json.loads((folder / processes / f"{name}.truth.json").read_text()) for processes in ("1", "2")]
    for truth in truths:
        truth["store"].pop("processes")
    assert truths[0] == truths[1]


def test_another_seed_is_another_store(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "events.parquet", replace(TINY, seed=TINY.seed + 1))
    assert (tmp_path / "events.parquet").read_bytes() != (folder / "1" / "events.parquet").read_bytes()


def test_more_processes_than_days_are_not_started() -> None:
    one_day = replace(TINY, days=1)
    alone, together = (list(days(Task(replace(one_day, processes=processes)))) for processes in (1, 3))
    assert [made.payload for _, made in alone] == [made.payload for _, made in together]


def test_parquet_holds_the_events(folder: Path, tiny: Told) -> None:
    read = pq.read_table(folder / "1" / "events.parquet")
    assert read.schema == arrow_schema()
    assert read.equals(tiny.events)
    assert pq.ParquetFile(folder / "1" / "events.parquet").num_row_groups == TINY.days


def test_json_lines_hold_the_events(folder: Path, tiny: Told) -> None:
    schema = json_schema()
    lines = (folder / "1" / "events.jsonl").read_text().splitlines()
    for line, row in zip(lines, tiny.rows, strict=True):
        told = json.loads(line)
        _check(told, schema)
        times = {name: datetime.fromisoformat(told[name]) for name in ("event_time", "received_at")}
        assert {**told, **times} == {name: value for name, value in row.items() if value is not None}


def _check(told: dict[str, Any], schema: dict[str, Any]) -> None:
    """Validates against the parts of JSON Schema that the event uses."""
    types = {"string": str, "integer": int}
    assert all(name in told for name in schema["required"])
    assert any(all(name in told for name in one["required"]) for one in schema["anyOf"])
    for name, value in told.items():
        rule = schema["properties"][name]
        assert value in rule["enum"] if "enum" in rule else isinstance(value, types[rule["type"]])
        assert value >= rule.get("minimum", value)
        if rule.get("format") == "date-time":
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", value)


def test_csv_is_what_rees46_publishes(folder: Path, tiny: Told) -> None:
    lines = (folder / "1" / "events.csv").read_text().splitlines()
    assert lines[0] == REES46
    published = [row for row in tiny.rows if row["event_type"] in ("view", "cart", "remove_from_cart", "purchase")]
    for told, row in zip(csv.DictReader(lines), published, strict=True):
        assert told["event_time"] == row["event_time"].strftime("%Y-%m-%d %H:%M:%S UTC")
        assert told["price"] == f"{row['price'] / 100:.2f}"
        assert told["user_id"] == (row["user_id"] or told["user_id"]) != ""
        same = ("event_type", "product_id", "category_id", "category_code", "brand", "user_session")
        assert [told[name] for name in same] == [row[name] or "" for name in same]


def test_the_truth_holds_for_the_csv_too(folder: Path, tiny: Told) -> None:
    rows: list[dict[str, Any]] = []
    for line in csv.DictReader((folder / "1" / "events.csv").read_text().splitlines()):
        at = datetime.strptime(line["event_time"], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
        whole = "|".join(line.values())
        row: dict[str, Any] = {**line, "event_time": at, "event_id": whole, "order_id": whole, "anon_id": None}
        rows.append({**row, "price": round(float(line["price"]) * 100), "quantity": None})
    counted = Counter(cart.state for cart in recount.carts(rows, tiny.truth.until))
    assert counted == Counter(tiny.truth.carts["state"].to_pylist())


@pytest.mark.parametrize(("packed", "plain"), [("events.csv.gz", "events.csv"), ("events.ndjson.gz", "events.jsonl")])
def test_gzip_holds_the_same_text(folder: Path, packed: str, plain: str) -> None:
    assert gzip.decompress((folder / "1" / packed).read_bytes()) == (folder / "1" / plain).read_bytes()


def test_truth_is_read_as_it_was_written(folder: Path, tiny: Told) -> None:
    assert Truth.load(folder / "1" / "events.parquet") == tiny.truth
    summary = json.loads((folder / "1" / "events.parquet.truth.json").read_text())
    assert summary["totals"]["events"] == len(tiny.rows)


def test_progress_ends_at_the_whole(tmp_path: Path, tiny: Told) -> None:
    told: list[tuple[int, float]] = []
    write(tmp_path / "events.csv", TINY, progress=lambda events, share: told.append((events, share)))
    assert told == sorted(told)
    assert told[-1] == (len(tiny.rows), 1.0)
    assert len(told) == TINY.days


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(events: int, share: float) -> None:
        raise InterruptedError(f"{events} {share}")

    with pytest.raises(InterruptedError):
        write(tmp_path / "events.parquet", TINY, progress=fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["events", "events.txt", "events.gz", "events.parquet.gz", "events.csv.zip"])
def test_an_unknown_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="should end in one of"):
        write(tmp_path / name, TINY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"visitors": 0},
        {"seed": -1},
        {"seed": 1 << 32},
        {"zone": "Mars/Olympus"},
        {"categories": 121},
        {"windows": -1},
    ],
)
def test_an_impossible_store_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)) if "zone" not in wrong else "no such time zone"):
        Store(**wrong)


def test_truth_waits_for_the_last_day() -> None:
    run = simulate(TINY)
    next(run)
    with pytest.raises(RuntimeError, match="every day"):
        _ = run.truth
    run.close()
