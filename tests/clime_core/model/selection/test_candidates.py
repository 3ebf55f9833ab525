"""Tests of what strategies may look at."""

import numpy as np

from clime_core.model.predictor.label_shift import shift
from tests.clime_core.model.selection.pools import candidates, odds


def test_the_shift_is_taken_back() -> None:
    """What was added to the log-probabilities is not in them any more."""
    before, bias = odds(0.1, 0.6, 0.9), np.array([0.7, -0.7])
    pool = candidates(shift(before, bias), bias=bias.tolist())
    np.testing.assert_allclose(pool.before_shift, before)


def test_shares_of_the_pool_by_hand() -> None:
    """Labels as they were given, the rest as predicted before the shift; or what the campaign knows."""
    before, bias = odds(0.6, 0.7, 0.4, 0.1, 0.2), [-3.0, 3.0]
    shifted = shift(before, bias)
    assert shifted.argmax(axis=1).tolist() == [1] * 5
    assert candidates(shifted, bias=bias).pool_shares.tolist() == [0.6, 0.4]
    assert candidates(shifted, bias=bias, labels={0: 0, 1: 0, 3: 1}).pool_shares.tolist() == [0.8, 0.2]
    assert candidates(shifted, bias=bias, labels={0: 0}, shares=(0.3, 0.7)).pool_shares.tolist() == [0.3, 0.7]
    assert candidates(np.zeros((0, 4))).pool_shares.tolist() == [0.25] * 4


def test_equal_seeds_draw_equal_numbers() -> None:
    """From the start each time; other seeds draw others."""
    pool = candidates(odds(0.5), seed=1)
    assert pool.generator.random() == pool.generator.random()
    assert pool.generator.random() != candidates(odds(0.5), seed=2).generator.random()
