"""The mathematics against scipy, against exact values, and by its laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy import stats as reference

from footfall.insights import statistics
from footfall.insights.shrinkage import KS, fit_ratio_prior, fit_strength

NEAR = 1e-10
SCALES = [(-2.0, 1.0), (0.0, 3.0), (2.0, 5.0)]
SHAPES = st.floats(0.01, 1e5)
PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


def spread(low: float, high: float, seed: int) -> Any:
    """Numbers of every magnitude between two powers of ten."""
    return 10 ** np.random.default_rng(seed).uniform(low, high, 4000)


@pytest.mark.parametrize(("low", "high"), [(-6.0, 0.0), (0.0, 2.0), (2.0, 8.0)])
def test_log_gamma(low: float, high: float) -> None:
    z = spread(low, high, 1)
    expected = special.gammaln(z)
    assert np.all(np.abs(statistics.log_gamma(z) - expected) <= 1e-13 * np.maximum(1, np.abs(expected)))


@pytest.mark.parametrize(("low", "high"), SCALES)
def test_incomplete_gamma_wherever_it_lies(low: float, high: float) -> None:
    a = spread(low, high, 2)
    x = np.maximum(0, a + np.sqrt(a) * np.random.default_rng(3).uniform(-9, 9, a.size))
    below, above = statistics.gamma_tails(x, a)
    assert np.max(np.abs(below - special.gammainc(a, x))) < NEAR
    assert np.max(np.abs(above - special.gammaincc(a, x))) < NEAR
    assert np.max(np.abs(below + above - 1)) < 1e-14


@pytest.mark.parametrize(("low", "high"), SCALES)
def test_incomplete_beta_wherever_it_lies(low: float, high: float) -> None:
    a, b = spread(low, high, 4), spread(low, high, 5)
    middle = a / (a + b)
    width = np.sqrt(middle * (1 - middle) / (a + b + 1))
    x = np.clip(middle + width * np.random.default_rng(6).uniform(-9, 9, a.size), 0, 1)
    assert np.max(np.abs(statistics.beta_cdf(x, a, b) - special.betainc(a, b, x))) < NEAR


def test_far_tails_keep_their_relative_precision() -> None:
    counts, means = np.array([50.0, 200.0, 9.0]), np.array([5.0, 60.0, 0.01])
    assert statistics.poisson_at_least(counts, means) == pytest.approx(
        reference.poisson.sf(counts - 1, means), rel=1e-9
    )
    low = statistics.binomial_at_most([2, 30], [400, 3000], [0.2, 0.05])
    assert low == pytest.approx(reference.binom.cdf([2, 30], [400, 3000], [0.2, 0.05]), rel=1e-9)
    assert 0 < low.min() < 1e-20


def test_exact_values() -> None:
    assert statistics.log_gamma(5) == pytest.approx(np.log(24), rel=1e-15)
    assert statistics.beta_cdf(0.3, 1, 1) == pytest.approx(0.3, rel=1e-14)
    assert statistics.beta_cdf(0.5, 7.5, 7.5) == pytest.approx(0.5, rel=1e-14)
    assert statistics.gamma_tails(2.0, 1.0)[1] == pytest.approx(np.exp(-2), rel=1e-14)
    assert statistics.poisson_at_least([0, 1], [3, 3]).tolist() == pytest.approx([1, 1 - np.exp(-3)])
    assert statistics.binomial_at_most([10, 0], [10, 10], [0.5, 0.5]).tolist() == pytest.approx([1, 2**-10])


def test_edges() -> None:
    edges = statistics.beta_cdf([0, 1, 0, 1], [2, 2, 0.1, 300], [3, 3, 0.1, 0.2])
    assert edges.tolist() == [0, 1, 0, 1]
    assert [part.tolist() for part in statistics.gamma_tails([0.0, 0.0], [0.5, 80])] == [[0, 0], [1, 1]]
    assert statistics.binomial_at_most(0, 0, 0.5) == 1
    assert statistics.binomial_at_most([5, 4, 5], [5, 5, 5], [1, 1, 0]).tolist() == [1, 0, 1]
    assert statistics.beta_cdf([], [], []).size == statistics.gamma_tails([], [])[0].size == 0


@settings(max_examples=25)
@given(st.floats(0.05, 1e5), SHAPES, st.floats(0.001, 0.999))
def test_quantile_inverts_the_distribution(a: float, b: float, p: float) -> None:
    x = statistics.beta_quantile(p, a, b)
    below, above = max(float(x) * (1 - 1e-11) - 1e-17, 0.0), min(float(x) * (1 + 1e-11) + 1e-17, 1.0)
    assert statistics.beta_cdf(below, a, b) - 1e-9 <= p <= statistics.beta_cdf(above, a, b) + 1e-9


@given(SHAPES, SHAPES, st.floats(0, 1))
def test_beta_is_its_own_mirror(a: float, b: float, x: float) -> None:
    x = 1 - (1 - x)
    assert statistics.beta_cdf(x, a, b) + statistics.beta_cdf(1 - x, b, a) == pytest.approx(1, abs=1e-12)


@given(PROBABILITIES)
def test_one_certain_effect_leaves_benjamini_hochberg(given_p: list[float]) -> None:
    p = np.array(given_p)
    found = statistics.discoveries(np.zeros(p.size), p, 0.1, np.inf)
    assert found.tolist() == (reference.false_discovery_control(p) <= 0.1).tolist()


@given(PROBABILITIES, st.randoms(use_true_random=False))
def test_filtering_finds_what_benjamini_hochberg_finds_and_never_more_than_is_tolerated(
    p: list[float], dice: Any
) -> None:
    first, second = np.array(p), np.array([dice.random() ** 3 for _ in p])
    both = np.maximum(first, second)
    found = statistics.discoveries(first, second, 0.1, np.inf)
    assert np.all(found[reference.false_discovery_control(both) <= 0.1])
    assert not np.any(statistics.discoveries(first, second, 0.1, 0.5) & ~found)
    if found.any():
        tests = np.sum(np.minimum(first, second) <= both[found].max())
        assert tests * both[found].max() <= 0.1 * found.sum() + 1e-12
    order = np.random.default_rng(0).permutation(len(p))
    assert statistics.discoveries(second[order], first[order], 0.1, np.inf).tolist() == found[order].tolist()


def test_false_windows_stay_under_the_tolerated_share() -> None:
    rng = np.random.default_rng(7)
    wrong, all_found = 0, 0
    for _ in range(40):
        real, half = np.arange(2000) < 40, np.arange(2000) < 800
        first = np.where(half, rng.random(2000) * 1e-6, rng.random(2000))
        second = np.where(real, rng.random(2000) * 1e-3, rng.random(2000))
        found = statistics.discoveries(first, second, 0.1, np.inf)
        wrong, all_found = wrong + int((found & ~real).sum()), all_found + int(found.sum())
    assert 0.05 < wrong / all_found < 0.12


def counts(k: float, size: int, seed: int) -> tuple[Any, Any]:
    """Counts whose ratios follow a gamma of mean 1 and weight k, and what was expected of them."""
    rng = np.random.default_rng(seed)
    expected = rng.uniform(5, 200, size)
    return rng.poisson(expected * rng.gamma(k, 1 / k, size)).astype(float), expected


def test_ratios_of_one_kind_find_their_k() -> None:
    shares = fit_ratio_prior(*counts(16, 6000, 8), usual=0).shares
    assert np.exp(shares @ np.log(KS)) == pytest.approx(16, rel=0.2)


def test_ratios_of_nothing_are_drawn_to_one() -> None:
    expected = np.random.default_rng(9).uniform(5, 200, 4000)
    observed = np.random.default_rng(10).poisson(expected).astype(float)
    drawn = fit_ratio_prior(observed, expected).ratio(observed, expected)
    assert np.max(np.abs(drawn - 1)) < 0.05
    assert np.max(np.abs(observed / expected - 1)) > 0.5


def test_few_effects_survive_among_many_that_are_none() -> None:
    expected = np.full(6000, 100.0)
    observed = np.random.default_rng(11).poisson(expected).astype(float)
    observed[:40] = np.random.default_rng(12).poisson(55, 40)
    drawn = fit_ratio_prior(observed, expected).ratio(observed, expected)
    assert np.sum(drawn[:40] < 0.85) >= 36
    assert np.sum(drawn[40:] < 0.85) <= 2


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0.1, 300)), min_size=1, max_size=30))
def test_a_drawn_ratio_lies_between_the_raw_one_and_one(pairs: list[tuple[int, float]]) -> None:
    observed, expected = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    drawn, raw = fit_ratio_prior(observed, expected).ratio(observed, expected), observed / expected
    assert np.all((np.minimum(raw, 1) - 1e-9 <= drawn) & (drawn <= np.maximum(raw, 1) + 1e-9))


@pytest.mark.parametrize("strength", [60.0, 600.0])
def test_strength_of_brands_is_found(strength: float) -> None:
    rng = np.random.default_rng(13)
    rate = np.full(600, 0.05)
    exposed = rng.integers(200, 5000, 600).astype(float)
    bought = rng.binomial(exposed.astype(int), rng.beta(strength * rate, strength * (1 - rate))).astype(float)
    fitted = fit_strength(bought, exposed, rate, np.zeros(600, dtype=np.int64), pooled=0)
    assert fitted == pytest.approx([strength], rel=0.35)


def test_a_category_of_few_brands_is_helped_by_the_others() -> None:
    rng = np.random.default_rng(14)
    rate, exposed = np.full(303, 0.1), np.full(303, 2000.0)
    bought = rng.binomial(2000, rng.beta(20, 180, 303)).astype(float)
    bought[300:] = 200
    category = np.repeat([0, 1], [300, 3])
    alone, helped = (fit_strength(bought, exposed, rate, category, pooled)[1] for pooled in (0.0, 5.0))
    assert helped < 1000 < alone
