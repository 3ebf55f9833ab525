"""Tests of category shares and of matching them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clime_core.model.predictor.label_shift import match_shares, shift, smoothed_shares


def drawn(n: int, k: int, seed: int = 0) -> NDArray[np.float64]:
    """Probabilities without ties, leaning towards the first category."""
    rows = np.exp(np.random.default_rng(seed).normal(size=(n, k)) + 2.0 * np.eye(k)[0])
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


@given(share=st.floats(0.02, 0.98), seed=st.integers(0, 50))
def test_two_categories_get_their_shares_to_one_document(share: float, seed: int) -> None:
    """After the shift argmax predicts category 1 for the share asked for."""
    rows = drawn(200, 2, seed)
    moved = shift(rows, match_shares(rows, [1 - share, share]))
    assert abs((moved.argmax(axis=1) == 1).sum() - share * 200) <= 1


def test_matching_two_categories_is_the_quantile_of_the_log_odds() -> None:
    """The threshold that an independent computation gives."""
    rows = drawn(501, 2)
    odds = np.log(rows[:, 1] / rows[:, 0])
    bias = match_shares(rows, [0.7, 0.3])
    assert bias[0] - bias[1] == pytest.approx(np.quantile(odds, 0.7))


@pytest.mark.parametrize("k", [3, 7])
def test_many_categories_get_their_shares_nearly(k: int) -> None:
    """Within two documents in a hundred."""
    rows = drawn(700, k)
    wanted = np.arange(1, k + 1) / np.arange(1, k + 1).sum()
    got = np.bincount(shift(rows, match_shares(rows, wanted)).argmax(axis=1), minlength=k) / 700
    np.testing.assert_allclose(got, wanted, atol=0.02)


def test_a_shift_never_changes_the_order_within_a_pair_of_categories() -> None:
    """Log-odds all move by the same amount."""
    rows = drawn(50, 3)
    moved = shift(rows, [0.5, -0.2, 0.0])
    np.testing.assert_allclose(np.log(moved[:, 0] / moved[:, 1]) - np.log(rows[:, 0] / rows[:, 1]), 0.7)
    np.testing.assert_allclose(moved.sum(axis=1), 1)


def test_nothing_to_match_is_no_shift() -> None:
    """Without documents the bias is zero."""
    assert match_shares(np.zeros((0, 2)), [0.5, 0.5]).tolist() == [0, 0]


def test_smoothed_shares_lie_between_the_predicted_and_equal_ones() -> None:
    """Three quarters of what is predicted, one quarter of equal shares; equal ones without a document."""
    rows = np.array([[0.9, 0.1]] * 8 + [[0.1, 0.9]] * 2)
    np.testing.assert_allclose(smoothed_shares(rows, [True, True]), [0.725, 0.275])
    np.testing.assert_allclose(smoothed_shares(np.zeros((0, 4)), [True] * 4), 0.25)


def test_categories_without_examples_get_no_share() -> None:
    """What was never taught is not expected, even where it is predicted."""
    rows = np.array([[0.2, 0.3, 0.5]] * 4)
    np.testing.assert_allclose(smoothed_shares(rows, [True, True, False]), [0.125, 0.875, 0])


def test_saturated_probabilities_are_told_apart() -> None:
    """Shares are met where nearly all probabilities are next to 0 or 1."""
    odds = np.linspace(-200, 30, 1000)
    rows = np.stack([1 / (1 + np.exp(odds)), 1 / (1 + np.exp(-odds))], axis=1)
    moved = shift(rows, match_shares(rows, [0.95, 0.05]))
    assert abs((moved.argmax(axis=1) == 1).sum() - 50) <= 1


def test_a_pool_too_small_for_its_shares_is_left_alone() -> None:
    """With three documents a share of a tenth says nothing."""
    assert match_shares(drawn(3, 2), [0.9, 0.1]).tolist() == [0, 0]
