"""Intervals of the measures of a test set."""

import math

import numpy as np
import pytest

from clime_core.evaluation.metrics import evaluate, measures_of, metric_intervals


@pytest.mark.parametrize("k", [2, 3, 7])
def test_many_samples_at_once_are_each_what_evaluate_says(k: int) -> None:
    """The quick way gives the measures of every sample, ties and missing categories included."""
    rng = np.random.default_rng(k)
    rows = np.round(rng.dirichlet(np.ones(k), 25), 1)
    truth = rng.integers(k, size=25)
    times = rng.multinomial(25, np.full(25, 1 / 25), 20)
    quick = measures_of(rows, truth, times.astype(np.float64))
    for draw, counts in enumerate(times):
        sample = np.repeat(np.arange(25), counts)
        plain = evaluate(rows[sample], truth[sample])
        assert math.isclose(quick["accuracy"][draw], plain.accuracy)
        assert math.isclose(quick["macro_f1"][draw], plain.macro_f1)
        if plain.auc is None:
            assert math.isnan(quick["auc"][draw])
        else:
            assert math.isclose(quick["auc"][draw], plain.auc)


def test_they_cover_what_is_true() -> None:
    """Of many test sets nine in ten and more have the true accuracy within their interval."""
    rng = np.random.default_rng(0)
    covered = 0
    for draw in range(200):
        truth = rng.integers(2, size=150)
        right = rng.random(150) < 0.8
        rows = np.where((truth == 1) == right, 0.9, 0.1)
        low, high = metric_intervals(np.c_[1 - rows, rows], truth, seed=draw)["accuracy"]
        covered += low <= 0.8 <= high
    assert 180 <= covered <= 199


def test_what_is_undefined_is_left_out() -> None:
    """Labels of one category have no AUC."""
    assert "auc" not in metric_intervals([[0.2, 0.8]] * 4, [1, 1, 1, 1])
