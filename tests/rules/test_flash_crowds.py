"""Eighty-eight days of real peaks, given the composition of a simulated store: crowds, and never an attack."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from footfall.detect.history import LAG, History
from footfall.detect.relation import relation
from footfall.detect.surge import PANE, Surge
from footfall.incident import Finding
from footfall.simulate import Store, simulate

FILE = Path(__file__).parents[3] / "shared/data/flash_crowds/worldcup98_requests_per_minute.csv.gz"
DAY = 1_440
BUSY = 20
"""Events of the median pane, to which the requests are scaled."""

Ints = npt.NDArray[np.int64]
Row = dict[str, Any]

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"no real peaks at {FILE}")


@cache
def minutes() -> Ints:
    """Requests of each minute, scaled."""
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        counts = np.array([int(line.rpartition(",")[2]) for line in list(file)[1:]])
    scaled: Ints = (counts * (12 * BUSY / np.median(counts))).astype(np.int64)
    return scaled


@cache
def people() -> dict[str, Ints]:
    """A simulated store's events as numbers, in order of time: who is asked for what, and what a pane counts."""
    (_, day), *_ = simulate(Store(days=1, visitors=6_000, seed=11))
    told = relation(day)
    codes = {name: told[name].combine_chunks().indices.to_numpy() for name in ("actor", "user_agent", "path")}
    kind = told["event_type"].cast(pa.string())
    unsent = pc.and_(pc.is_null(told["referrer"]), pc.is_null(told["campaign"]))
    flags = {
        "views": pc.is_in(kind, value_set=pa.array(["view", "page"])),
        "intents": pc.is_in(kind, value_set=pa.array(["cart", "purchase"])),
        "known": pc.is_valid(told["user_id"]),
        "strangers": pc.and_(pc.is_null(told["user_id"]), unsent),
    }
    return codes | {name: np.cumsum([0, *flag.to_numpy().astype(np.int64)]) for name, flag in flags.items()}


def spread(codes: Ints) -> int:
    _, counts = np.unique(codes, return_counts=True)
    return int((counts.astype(np.int64) ** 2).sum())


def pane(first: int, events: int, bots: int) -> list[Row]:
    """Traffic rows of people's events from ``first`` on, and of a botnet's: one request a machine, no cookies."""
    whole, rows = people(), list[Row]()
    last = first + events
    both = events + bots
    site = {name: int(whole[name][last] - whole[name][first]) for name in ("views", "intents", "known", "strangers")}
    site |= {"views": site["views"] + bots, "strangers": site["strangers"] + bots, "cookieless": bots}
    rows.append({"dimension": "site", "events": both, "squares": both**2} | site)
    for name, column, alike in (
        ("actor", "actor", bots),
        ("agent", "user_agent", bots**2 // 20),
        ("path", "path", bots),
    ):
        squares = spread(whole[column][first:last]) + alike
        rows.append({"dimension": name, "events": both, "squares": squares})
    return rows


def watched(counts: Ints, botnet: range = range(0), rate: int = 0) -> Iterator[Finding]:
    """What a surge detector says of minutes, with ``rate`` requests more a pane in the minutes of a botnet."""
    history, surge, place = History(), Surge(), 0
    size, rng = len(people()["actor"]), np.random.default_rng(4)
    for number, minute in enumerate(counts.tolist()):
        for part, events in enumerate(rng.multinomial(minute, [1 / 12] * 12).tolist()):
            end = (number * 12 + part + 1) * PANE
            place = place if place + events < size else 0
            rows = pane(place, events, rate if number in botnet else 0)
            place += events
            history.add("traffic", end, PANE, rows)
            history.advance(end)
            for each in surge.feed(end, rows, history):
                if each.watch == "attack":
                    history.spoil(each.since, each.until)
                yield each


def steepest(days: int) -> list[int]:
    """First minutes of the days with the steepest quarters of an hour, each with the six hours before it."""
    quarters = minutes()[: len(minutes()) // 15 * 15].reshape(-1, 15).sum(axis=1)
    rise = quarters[1:] / np.maximum(quarters[:-1], 60 * BUSY)
    found: list[int] = []
    for place in np.argsort(-rise).tolist():
        start = max(0, place * 15 - 360)
        if all(abs(start - other) > DAY // 2 for other in found):
            found.append(start)
        if len(found) == days:
            break
    return found


@pytest.mark.parametrize("number", range(3))
def test_no_peak_is_an_attack(number: int) -> None:
    start = steepest(3)[number]
    said = [each.watch for each in watched(minutes()[start : start + DAY // 2])]
    assert "attack" not in said


@pytest.mark.slow
def test_no_peak_of_all_the_days_is_an_attack() -> None:
    said = [each.watch for each in watched(minutes())]
    assert said.count("crowd") > 0
    assert said.count("attack") == 0


@pytest.mark.parametrize("times", [3, 8])
def test_an_attack_over_a_peak_is_found(times: int) -> None:
    start = steepest(1)[0]
    counts = minutes()[start : start + 420]
    begin, rate = 370, times * int(counts[330:370].mean()) // 12
    found = [each for each in watched(counts, range(begin, begin + 10), rate) if each.watch == "attack"]
    seconds = (found[0].until - begin * 60_000) // 1000
    assert 0 < seconds <= 60
    assert found[-1].until <= (begin + 11) * 60_000
    assert LAG > 10 * 60_000
