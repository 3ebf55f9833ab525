"""Scores with and without the pool's shares."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from clime_core.simulation.score import score


def test_matched_accuracy_is_that_of_the_pools_quantile() -> None:
    """The threshold is the 70 % quantile of the pool's scores, taken here by hand; ranking is untouched."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=200)
    test = 1 / (1 + np.exp(-(rng.normal(size=200) + labels - 2)))
    pool = 1 / (1 + np.exp(-(rng.normal(size=500) - 1.5)))
    both = [np.stack([1 - p, p], axis=1) for p in (test, pool)]
    found = score(both[0], labels.tolist(), both[1], (0.7, 0.3))
    assert found.accuracy == pytest.approx(np.mean((test > 0.5) == labels))
    assert found.matched == pytest.approx(np.mean((test > np.quantile(pool, 0.7)) == labels))
    assert (found.matched or 0) > found.accuracy
    assert found.auc == pytest.approx(roc_auc_score(labels, test))


def test_without_shares_nothing_is_matched() -> None:
    """The other measures are there."""
    found = score(np.array([[0.9, 0.1], [0.2, 0.8]]), [0, 1], np.zeros((0, 2)), None)
    assert (found.accuracy, found.matched, found.matched_f1, found.auc, found.n) == (1, None, None, 1, 2)
