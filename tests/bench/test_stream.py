"""The stream benchmark: its data has the edges that engines get wrong, and its engines put out the oracle's rows."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from bench.stream import data, flink_sql, oracle, peers
from bench.stream.agree import compare
from bench.stream.texts import RULES, Text, texts
from bench.stream.work import ALLOWED, Job
from sqlglot import parse

EVENTS, RATE = 3_000, 10
HERE = ["duckdb", "footfall", "python", *(["polars"] if find_spec("polars") else [])]
"""Engines that run in the developers' environment; one more where the benchmark was installed."""


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> data.Stream:
    return data.made(tmp_path_factory.mktemp("stream"), EVENTS, RATE)


@pytest.fixture(scope="module")
def right(stream: data.Stream, tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = Job(stream.path, RULES, tmp_path_factory.mktemp("oracle"), 1)
    assert oracle.watch(job)["late"] > 0
    return job.findings


def test_the_stream_is_in_order_of_arrival_and_has_every_edge() -> None:
    events = data.table(EVENTS, RATE)
    times, arrivals = (np.asarray(events[name].cast(pa.int64())) // 1000 for name in ("event_time", "received_at"))
    delays = arrivals - times
    assert len(events) == EVENTS
    assert (np.diff(arrivals) >= 0).all()
    assert {ALLOWED, ALLOWED + 1} <= set(delays.tolist())
    assert (delays > ALLOWED).sum() < EVENTS / 100
    assert (delays < 0).any()
    assert (times % 1000 == 0).mean() > 0.03
    assert 0 < events["user_session"].null_count < EVENTS / 10


def test_the_same_stream_is_made_again() -> None:
    assert data.table(1_000, RATE).equals(data.table(1_000, RATE))


def test_every_rule_has_rows_so_that_equal_means_something(right: Path) -> None:
    assert set(compare(right, right).rules) == {text.id for text in texts()}


@pytest.mark.parametrize("name", HERE)
def test_an_engine_puts_out_the_right_rows(name: str, stream: data.Stream, right: Path, tmp_path: Path) -> None:
    job = Job(stream.path, RULES, tmp_path, 1)
    watch: Callable[[Job], dict[str, int]] = import_module(peers.module(name)).watch
    watch(job)
    found = compare(right, job.findings)
    assert found.equal, f"{found}: {found.example}"


def test_a_difference_is_seen(right: Path, tmp_path: Path) -> None:
    lines = right.read_text().splitlines(keepends=True)
    other = tmp_path / "other.tsv"
    other.write_text("".join([lines[0], *lines[:-1]]))
    found = compare(right, other)
    assert (found.missing, found.wrong) == (1, 1)
    assert not found.equal
    assert lines[-1].strip() in found.example


@pytest.mark.parametrize("text", texts(), ids=lambda text: text.id)
def test_flink_is_given_one_query_with_a_window_for_each_rule(text: Text) -> None:
    *views, query = flink_sql.statements(text)
    assert len(views) == ("lag(" in text.sql)
    assert query.count("TABLE(HOP(") == 1
    assert "LAG(" not in "".join(views) + query
    assert all(parse(statement, dialect=flink_sql.Flink) for statement in views)
    seconds = flink_sql.interval(text.window), flink_sql.interval(text.hop)
    assert ", ".join(reversed(seconds)) in query
