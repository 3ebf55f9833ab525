"""What a task costs."""

import math

import numpy as np

from clime_core.policy.activity import Activity
from clime_core.policy.cost import PRIORS, estimate_cost


def test_without_visits_the_prior_speaks() -> None:
    """Mean of a log-normal: median times exp(sigma^2 / 2)."""
    prior = PRIORS[Activity.WORDS]
    assert math.isclose(estimate_cost([], prior).expected, prior.median * math.exp(prior.sigma**2 / 2))


def test_a_few_visits_are_shrunk_to_the_prior() -> None:
    """One quick visit moves the estimate, but not all the way."""
    prior = PRIORS[Activity.DOCUMENTS]
    one = estimate_cost([10.0], prior).expected
    assert 10 < one < estimate_cost([], prior).expected


def test_many_visits_outweigh_the_prior() -> None:
    """The mean of 5,000 drawn visits is found within five per cent."""
    drawn = np.random.default_rng(0).lognormal(math.log(80), 0.4, 5_000)
    assert math.isclose(estimate_cost(drawn, PRIORS[Activity.WORDS]).expected, drawn.mean(), rel_tol=0.05)


def test_zero_seconds_do_no_harm() -> None:
    """Clicks quicker than a second count as one second."""
    assert math.isfinite(estimate_cost([0.0, 0.0], PRIORS[Activity.WORDS]).expected)
