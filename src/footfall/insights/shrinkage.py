"""How far a measured ratio or rate is drawn towards the usual one, by priors fitted to the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from footfall.insights.statistics import Floats, log_gamma

KS = 2.0 ** np.arange(1, 14)
"""Prior weights a ratio may be drawn to 1 with: from 2 expected counts (anything goes) to 8,192 (it is 1)."""

STRENGTHS = np.exp(np.linspace(np.log(5), np.log(20_000), 49))
"""Prior exposures a rate may be drawn to its category's with."""

_ROUNDS = 500


@dataclass(frozen=True, slots=True)
class RatioPrior:
    """Gamma priors of mean 1 about a ratio, and how often each holds: shares of :data:`KS`."""

    shares: Floats

    def ratio(self, observed: Floats, expected: Floats) -> Floats:
        """The posterior mean of each ratio: (observed + k) ÷ (expected + k), over the k its counts leave likely."""
        weights = _ratio_likelihood(observed, expected) * self.shares
        weights /= weights.sum(axis=1, keepdims=True)
        drawn = (observed.reshape(-1, 1) + KS) / (expected.reshape(-1, 1) + KS)
        return np.asarray((weights * drawn).sum(axis=1).reshape(observed.shape))


def fit_ratio_prior(observed: Floats, expected: Floats, usual: float = 50.0) -> RatioPrior:
    """Fits the shares of the priors by maximum marginal likelihood (EM, whose likelihood has a single maximum).

    One k for all cells would be ruled by the many where nothing happens, and draw the few with an effect back to 1; a
    mixture leaves each its own.

    Args:
        observed: counts, any shape.
        expected: what they would be at a ratio of 1, same shape.
        usual: how many cells at ratio 1 to imagine beside the data, so that few cells cannot overrule it.
    """
    known = expected > 0
    likelihood = _ratio_likelihood(observed[known], expected[known])
    shares = np.full(KS.size, 1 / KS.size)
    for _ in range(_ROUNDS):
        now = shares * (likelihood.T @ (1 / (likelihood @ shares)))
        now[-1] += usual
        now /= now.sum()
        moved, shares = np.abs(now - shares).max(), now
        if moved < 1e-7:
            break
    return RatioPrior(shares)


def _ratio_likelihood(observed: Floats, expected: Floats) -> Floats:
    """Of each count under each prior, up to a factor of the count's own: shape (counts, priors)."""
    n, e = observed.reshape(-1, 1), np.maximum(expected.reshape(-1, 1), 1e-9)
    mass = n * np.log(e / (KS + e))
    log = log_gamma(n + KS) - log_gamma(KS) + KS * np.log(KS / (KS + e)) + mass
    return np.asarray(np.exp(log - log.max(axis=1, keepdims=True)))


def fit_strength(
    bought: Floats, exposed: Floats, rate: Floats, category: NDArray[np.int64], pooled: float = 5.0
) -> Floats:
    """Fits how closely the brands of each category keep to its rate: the a + b of a Beta prior with mean ``rate``.

    Maximum marginal likelihood over :data:`STRENGTHS`; each category is helped by the average brand of all categories.

    Args:
        bought: successes of each brand.
        exposed: trials of each brand.
        rate: the rate expected of each brand, between 0 and 1, both exclusive.
        category: number of each brand's category, from 0.
        pooled: how many average brands of all categories help each category.

    Returns:
        The strength of each category, by number.
    """
    known = exposed > 0
    likelihood = _strength_likelihood(bought[known], exposed[known], rate[known])
    count = int(category.max()) + 1 if category.size else 0
    own = np.zeros((count, STRENGTHS.size))
    np.add.at(own, category[known], likelihood)
    shared = likelihood.mean(axis=0) if len(likelihood) else np.zeros(STRENGTHS.size)
    return np.asarray(STRENGTHS[(own + pooled * shared).argmax(axis=1)])


def _strength_likelihood(bought: Floats, exposed: Floats, rate: Floats) -> Floats:
    """Log Beta-Binomial likelihood of each brand under each strength, up to a term of its own."""
    x, n, r = bought.reshape(-1, 1), exposed.reshape(-1, 1), rate.reshape(-1, 1)
    a, b = STRENGTHS * r, STRENGTHS * (1 - r)
    won = log_gamma(a + x) - log_gamma(a)
    lost = log_gamma(b + n - x) - log_gamma(b)
    return np.asarray(won + lost - log_gamma(STRENGTHS + n) + log_gamma(STRENGTHS))
