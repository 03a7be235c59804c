"""What is usual: rates by hand, what an attack may not do to them, and that batches and restarts change nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.detect.history import LAG, MEMBERS, MINUTE, Average, History

Row = dict[str, Any]


def minute(carts: float, member: str = "p", events: float | None = None) -> list[Row]:
    return [{"dimension": "product", "member": member, "events": carts if events is None else events, "carts": carts}]


def fed(counts: list[float], until: int | None = None) -> History:
    """One row a minute, learnt up to ``until``."""
    history = History()
    for number, count in enumerate(counts, 1):
        history.add("members", number * MINUTE, MINUTE, minute(count))
    history.advance(len(counts) * MINUTE + LAG if until is None else until)
    return history


def test_a_steady_rate_is_the_usual() -> None:
    assert fed([3.0] * 600).usual("product", "p", "carts") == pytest.approx(3, rel=0.01)
    assert fed([3.0] * 600).usual("product", "q", "carts") == 0


def test_the_last_quarter_of_an_hour_is_not_learnt() -> None:
    assert fed([3.0] * 60, 60 * MINUTE).minutes == 45


def test_half_of_an_average_is_gone_after_its_half_life() -> None:
    average = Average(10 * MINUTE)
    average.add(("site", "site"), {"events": 8})
    average.clock += 10 * MINUTE
    assert average.sum(("site", "site"), "events") == 4


def test_a_leap_counts_for_little() -> None:
    quiet, leap = fed([3.0] * 600), fed([3.0] * 599 + [10_000.0])
    assert leap.usual("product", "p", "carts") < quiet.usual("product", "p", "carts") + 0.1


def test_what_is_spoilt_is_not_learnt() -> None:
    history = History()
    for number in range(1, 400):
        history.add("members", number * MINUTE, MINUTE, minute(3 if number < 300 else 20))
        if number >= 300:
            history.spoil((number - 1) * MINUTE, number * MINUTE)
        history.advance(number * MINUTE)
    history.advance(400 * MINUTE + LAG)
    assert history.usual("product", "p", "carts") == pytest.approx(3, rel=0.01)
    assert history.minutes == 299


def test_a_spoilt_member_leaves_the_others_alone() -> None:
    history = History()
    for number in range(1, 300):
        history.add("members", number * MINUTE, MINUTE, [*minute(2), *minute(2, "q")])
    history.spoil(100 * MINUTE, 300 * MINUTE, "product", "p")
    history.advance(400 * MINUTE)
    assert history.usual("product", "q", "carts") == pytest.approx(2, rel=0.01)
    assert history.usual("product", "p", "carts") < 1


def test_what_goes_on_for_hours_is_learnt_in_the_end() -> None:
    history = History()
    for number in range(1, 60 * 30):
        rows = [{"dimension": "site", "events": 100, "squares": 100, "cookieless": 100 if number > 600 else 0}]
        history.add("traffic", number * MINUTE, MINUTE, rows)
        if number > 600:
            history.spoil((number - 1) * MINUTE, number * MINUTE)
        history.advance(number * MINUTE)
    assert 0.3 < history.mix("cookieless") < 0.9


def test_the_pace_does_not_follow_what_grows_for_hours() -> None:
    """A day of 100 a minute, then twice as many every two hours, 16 times as many after eight."""
    history = History()
    for number in range(1, 24 * 60 + 8 * 60):
        events = round(100 * 2 ** (max(0, number - 24 * 60) / 120))
        history.add("traffic", number * MINUTE, MINUTE, [{"dimension": "site", "events": events, "squares": events}])
        history.advance(number * MINUTE)
    assert events > 1_590
    assert 400 < 12 * history.pace() < 5 * 160


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_batches_change_nothing(counts: list[int], cuts: list[int]) -> None:
    ends = [number * MINUTE for number in range(1, len(counts) + 1)]
    whole, cut = History(), History()
    for end, count in zip(ends, counts, strict=True):
        whole.add("members", end, MINUTE, minute(count))
    for first, last in pairwise(sorted({0, *cuts, len(counts)} & {*range(len(counts) + 1)})):
        for end, count in zip(ends[first:last], counts[first:last], strict=True):
            cut.add("members", end, MINUTE, minute(count))
        cut.advance(ends[last - 1])
    whole.advance(ends[-1])
    assert whole.snapshot() == cut.snapshot()


@given(st.lists(st.integers(0, 50), min_size=20, max_size=40))
def test_a_restart_changes_nothing(counts: list[int]) -> None:
    history = fed([float(count) for count in counts], 20 * MINUTE)
    again = History.restore(history.snapshot())
    for each in (history, again):
        each.add("members", 50 * MINUTE, MINUTE, minute(7))
        each.spoil(49 * MINUTE, 50 * MINUTE)
        each.advance(90 * MINUTE)
    assert again.snapshot() == history.snapshot()


def test_the_least_seen_are_forgotten() -> None:
    average = Average(MINUTE)
    for number in range(MEMBERS + 1):
        average.add(("agent", str(number)), {"events": number})
    average.forget(MEMBERS)
    assert len(average.sums) == MEMBERS * 3 // 4
    assert ("agent", "0") not in average.sums
    assert ("agent", str(MEMBERS)) in average.sums
