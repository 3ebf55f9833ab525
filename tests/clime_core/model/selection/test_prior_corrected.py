"""Tests of uncertainty where the pool's shares are met."""

import numpy as np
import pytest

from clime_core.model.predictor.label_shift import match_shares, shift
from clime_core.model.selection.most_uncertain import MostUncertain
from clime_core.model.selection.prior_corrected import prior_corrected
from tests.clime_core.model.selection.pools import candidates, drawn_pool

BEFORE = np.random.default_rng(0).permutation(drawn_pool(100, 2, sharpness=2.0))


def ranks(rows: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]  # of floats, to ints
    """How many documents have a larger probability of the second category, (n,)."""
    return (-rows[:, 1]).argsort().argsort()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.8])
def test_the_threshold_is_where_known_shares_are_met(share: float) -> None:
    """With a tenth of the second category, the first to be asked are those around the tenth from the top."""
    ranking = prior_corrected(candidates(BEFORE, shares=(1 - share, share)))
    assert abs(ranks(BEFORE)[ranking.rows[:6]] - 100 * share + 0.5).max() <= 6
    assert ranking.worth[0] > 0.95


def test_known_shares_are_matched_already() -> None:
    """Then it is plain entropy, since the predictions were shifted to the same shares."""
    shares = (0.8, 0.2)
    bias = match_shares(BEFORE, shares)
    pool = candidates(shift(BEFORE, bias), bias=bias.tolist(), shares=shares)
    one, other = prior_corrected(pool), MostUncertain("entropy")(pool)
    assert one.rows.tolist() == other.rows.tolist()
    np.testing.assert_allclose(one.worth, other.worth, atol=1e-9)


def test_what_predictions_were_shifted_to_does_not_matter() -> None:
    """Nor whether they were; plain entropy asks elsewhere."""
    plain, shifted = candidates(BEFORE), candidates(shift(BEFORE, [1.5, -1.5]), bias=[1.5, -1.5])
    np.testing.assert_allclose(prior_corrected(plain).worth, prior_corrected(shifted).worth, atol=1e-9)
    assert set(MostUncertain("entropy")(shifted).rows[:10]) != set(prior_corrected(shifted).rows[:10])


def test_labels_move_the_threshold() -> None:
    """Twenty documents that were predicted as the second category and are not: fewer lie above the threshold."""
    likely = np.flatnonzero(BEFORE[:, 1] > 0.5)[:20]
    before = prior_corrected(candidates(BEFORE)).rows[:10]
    after = prior_corrected(candidates(BEFORE, labels=dict.fromkeys(likely.tolist(), 0))).rows[:10]
    assert ranks(BEFORE)[after].mean() < ranks(BEFORE)[before].mean() - 10


def test_a_category_that_the_pool_has_none_of_is_left_alone() -> None:
    """It gets no probability from being matched, nor keeps what an earlier shift gave it."""
    two, bias = np.concatenate([BEFORE * (1 - 1e-9), np.full((100, 1), 1e-9)], axis=1), [-8.0, -8.0, 16.0]
    for pool in (candidates(two), candidates(shift(two, bias), bias=bias)):
        assert prior_corrected(pool).rows.tolist() == prior_corrected(candidates(BEFORE)).rows.tolist()


def test_many_categories_meet_their_shares() -> None:
    """Of each, about as many documents are above the thresholds as the pool has: worth is that of such predictions."""
    rows, shares = drawn_pool(400, 4), (0.55, 0.25, 0.15, 0.05)
    ranking = prior_corrected(candidates(rows, shares=shares))
    moved = shift(rows, match_shares(rows, shares))
    np.testing.assert_allclose(np.bincount(moved.argmax(axis=1)) / 400, shares, atol=0.02)
    entropy = -(moved * np.log(moved)).sum(axis=1) / np.log(4)
    np.testing.assert_allclose(ranking.worth, entropy[ranking.rows])
