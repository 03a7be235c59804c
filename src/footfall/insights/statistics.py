"""The mathematics behind the labels: incomplete gamma and beta functions, tails, quantiles, false discovery control."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

_HALF_LOG_TWO_PI = 0.9189385332046727
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_TINY = 1e-300
_CLOSE = 1e-15
_MOST_STEPS = 20_000


def stirling_error(z: ArrayLike) -> Floats:
    """How far log Γ(z) lies from Stirling's formula (z − ½) log z − z + ½ log 2π, for z > 0."""
    z = np.asarray(z, dtype=float)
    error = np.zeros_like(z)
    for step in range(10):
        at = z + step
        small = at < 10
        error += np.where(small, (at + 0.5) * np.log1p(1 / at) - 1, 0.0)
    far = z + np.maximum(0.0, np.ceil(10 - z))
    series = np.zeros_like(z)
    for term in reversed(_STIRLING):
        series = series / far**2 + term
    return np.asarray(error + series / far)


def log_gamma(z: ArrayLike) -> Floats:
    """log Γ(z) for z > 0."""
    z = np.asarray(z, dtype=float)
    return np.asarray((z - 0.5) * np.log(z) - z + _HALF_LOG_TWO_PI + stirling_error(z))


def _surplus(t: Floats) -> Floats:
    """t − log(1 + t), exact also where t is small and the two nearly cancel."""
    r = t / (2 + t)
    square = r * r
    series = np.zeros_like(t)
    for k in range(25, 0, -1):
        series = (series + 1 / (2 * k + 1)) * square
    with np.errstate(divide="ignore"):
        plain = t - np.log1p(t)
    return np.where(np.abs(r) < 0.3, r * (t - 2 * series), plain)


def _deviance(seen: Floats, mean: Floats) -> Floats:
    """seen × log(seen ÷ mean) + mean − seen, for both > 0."""
    return seen * _surplus((mean - seen) / seen)


def gamma_tails(x: ArrayLike, a: ArrayLike) -> tuple[Floats, Floats]:
    """The regularised incomplete gamma functions: lower P(a, x) and upper Q(a, x), for a > 0 and x ≥ 0.

    Each is computed where it is the smaller, so a tail keeps its relative precision however far out it lies.
    """
    x, a = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(a, dtype=float))
    safe = np.maximum(x, _TINY)
    front = np.exp(0.5 * np.log(a) - _HALF_LOG_TWO_PI - stirling_error(a) - _deviance(a, safe))
    low = x < a + 1
    tail = np.empty(x.shape)
    tail[low] = (front[low] / a[low]) * _gamma_series(safe[low], a[low])
    tail[~low] = front[~low] * _gamma_fraction(x[~low], a[~low])
    tail = np.where(x == 0, 0.0, np.minimum(tail, 1.0))
    return np.where(low, tail, 1 - tail), np.where(low, 1 - tail, tail)


def _gamma_series(x: Floats, a: Floats) -> Floats:
    """1 + x/(a+1) + x²/((a+1)(a+2)) + …"""
    total = np.ones_like(x)
    term = np.ones_like(x)
    for step in range(1, _MOST_STEPS):
        term = term * x / (a + step)
        total += term
        if not np.any(term > total * _CLOSE):
            break
    return total


def _gamma_fraction(x: Floats, a: Floats) -> Floats:
    """The continued fraction of Q(a, x)."""

    def term(step: int, x: Floats, a: Floats) -> tuple[Floats, Floats]:
        return -step * (step - a), x + 2 * step + 1 - a

    return _lentz(x + 1 - a, term, x, a)


def beta_cdf(x: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """The regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 ≤ x ≤ 1."""
    x, a, b = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (x, a, b)))
    shape = x.shape
    x, a, b = x.ravel(), a.ravel(), b.ravel()
    swap = x > (a + 1) / (a + b + 2)
    p, q = np.where(swap, b, a), np.where(swap, a, b)
    at, rest = np.where(swap, 1 - x, x), np.where(swap, x, 1 - x)
    edge = at <= 0
    at = np.where(edge, 0.5, at)
    tail = np.exp(_log_beta_front(at, np.where(edge, 0.5, rest), p, q)) * _beta_fraction(at, rest, p, q)
    tail = np.where(edge, 0.0, np.minimum(tail, 1.0))
    return np.where(swap, 1 - tail, tail).reshape(shape)


def _log_beta_front(x: Floats, y: Floats, a: Floats, b: Floats) -> Floats:
    """log of x^a y^b ÷ B(a, b), y = 1 − x, without the cancellation of large log gammas."""
    n = a + b
    scale = 0.5 * (np.log(a) + np.log(b) - np.log(n)) - _HALF_LOG_TWO_PI
    errors = stirling_error(n) - stirling_error(a) - stirling_error(b)
    return scale + errors - _deviance(a, n * x) - _deviance(b, n * y)


def _beta_fraction(x: Floats, y: Floats, a: Floats, b: Floats) -> Floats:
    """I_x(a, b) ÷ (x^a y^b ÷ B(a, b)), by the continued fraction of Didonato and Morris (TOMS 708)."""

    def below(n: int, x: Floats, y: Floats, a: Floats, b: Floats) -> Floats:
        ahead = (a + n) / (a + 2 * n + 1) * (a * y - b * x + 1 + n * (1 + y))
        return ahead if n == 0 else n + n * (b - n) * x / (a + 2 * n - 1) + ahead

    def term(n: int, x: Floats, y: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        above = (a + n - 1) * (a + b + n - 1) * n * (b - n) * x * x / (a + 2 * n - 1) ** 2
        return above, below(n, x, y, a, b)

    return _lentz(below(0, x, y, a, b), term, x, y, a, b)


def _lentz(first: Floats, term: Callable[..., tuple[Floats, Floats]], *given: Floats) -> Floats:
    """1 ÷ (first + n₁/(d₁ + n₂/(d₂ + …))) by Lentz's method; elements leave the work as they converge."""
    whole = 1 / _off_zero(first)
    live = np.arange(first.size)
    c, d, value = np.full(first.shape, 1 / _TINY), whole.copy(), whole.copy()
    for step in range(1, _MOST_STEPS):
        above, below = term(step, *(part[live] for part in given))
        d = 1 / _off_zero(below + above * d)
        c = _off_zero(below + above / c)
        value = value * c * d
        whole[live] = value
        going = np.abs(c * d - 1) > _CLOSE
        live, c, d, value = live[going], c[going], d[going], value[going]
        if not live.size:
            break
    return whole


def _off_zero(value: Floats) -> Floats:
    return np.where(np.abs(value) < _TINY, _TINY, value)


def poisson_at_least(count: ArrayLike, mean: ArrayLike) -> Floats:
    """P(N ≥ count) of a Poisson count with this mean; counts need not be whole: divide both by a dispersion."""
    count, mean = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(mean, dtype=float))
    lower, _ = gamma_tails(mean, np.where(count > 0, count, 1.0))
    return np.where(count > 0, lower, 1.0)


def binomial_at_most(successes: ArrayLike, trials: ArrayLike, rate: ArrayLike) -> Floats:
    """P(X ≤ successes) in so many trials at this rate, 0 ≤ rate ≤ 1; counts need not be whole."""
    x, n, p = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (successes, trials, rate)))
    short = x < n
    return np.where(short, beta_cdf(1 - p, np.where(short, n - x, 1.0), x + 1), 1.0)


def beta_quantile(probability: float, a: ArrayLike, b: ArrayLike) -> Floats:
    """The x with I_x(a, b) = probability, by Newton's steps in log x kept inside a shrinking bracket."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    low, high, x = np.zeros(a.shape), np.ones(a.shape), a / (a + b)
    for _ in range(100):
        error = beta_cdf(x, a, b) - probability
        low, high = np.where(error < 0, x, low), np.where(error < 0, high, x)
        with np.errstate(all="ignore"):
            step = x * np.exp(-error * (1 - x) / np.exp(_log_beta_front(x, 1 - x, a, b)))
        step = np.where((step > low) & (step < high), step, (low + high) / 2)
        done = np.abs(step - x) <= 1e-12 * x + 1e-18
        x = np.where(error == 0, x, step)
        if np.all(done | (error == 0)):
            break
    return np.asarray(x)


def discoveries(first: ArrayLike, second: ArrayLike, q: float, most_false: float) -> Flags:
    """Where both of two independent effects are present, by an adaptively filtered Benjamini-Hochberg rule.

    The p-value of "both" is the larger of the two. Where even the smaller exceeds the threshold t there is nothing to
    find, so only the M(t) others are counted as tests (AdaFilter: Wang, Gui, Su, Sabatti and Owen, Annals of
    Statistics 2022): t is the largest for which the expected false ones, M(t) × t, are at most ``q`` × the found
    ones, and at most ``most_false``.

    Args:
        first: p-values of the one effect.
        second: p-values of the other, of the same shape.
        q: tolerated share of false ones among the found.
        most_false: tolerated number of false ones.

    Returns:
        Flags of the same shape.
    """
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    both = np.maximum(first, second)
    steps = np.sort(both.ravel())
    found = np.searchsorted(steps, steps, side="right")
    tests = np.searchsorted(np.sort(np.minimum(first, second).ravel()), steps, side="right")
    false = steps * tests
    good = (false <= q * found) & (false <= most_false)
    return np.asarray(both <= (steps[good].max() if good.any() else -1.0))
