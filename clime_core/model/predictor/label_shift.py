"""Category shares of the pool, and predictions shifted to match them.

A classifier trained on a balanced set of source documents and asked about a skewed pool in another language is off
by a constant long before its ranking is: its threshold, not its order, is wrong (Saerens et al. 2002 treat the same
shift by expectation maximisation). Here the log-odds are moved until the predictions on the pool have given shares.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

Doubles = NDArray[np.float64]

SMOOTHING = 0.25
MAX_PASSES = 50
MIN_PROBABILITY = 1e-300
"""Stands for a probability of zero, whose logarithm is finite."""


def smoothed_shares(probabilities: ArrayLike, has_examples: ArrayLike) -> Doubles:
    """The share of each category among the predictions (n, k), pulled towards equal shares; (k,) summing to 1.

    has_examples (k,) bool: the categories that there are examples of. The others get no share.
    """
    rows, known = np.asarray(probabilities, dtype=np.float64), np.asarray(has_examples, dtype=np.float64)
    equal = known / known.sum()
    if not len(rows):
        return np.asarray(equal, dtype=np.float64)
    predicted = np.bincount(np.where(known > 0, rows, -1.0).argmax(axis=1), minlength=len(known)) / len(rows)
    return np.asarray((1 - SMOOTHING) * predicted + SMOOTHING * equal, dtype=np.float64)


def match_shares(probabilities: ArrayLike, shares: ArrayLike) -> Doubles:
    """What to add to the log-probabilities (n, k) so that argmax predicts the categories with the shares (k,).

    Exact for two categories up to ties and one document. For more, each category's bias is set in turn to the
    quantile of its margin until none moves (at most 50 times): shares are met to within some documents.
    Of mean zero, (k,); zero where there are too few documents for one of a category.
    """
    logs = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), MIN_PROBABILITY))
    target_shares = np.asarray(shares, dtype=np.float64)
    n, k = logs.shape
    bias = np.zeros(k)
    if k < 2 or n * target_shares[target_shares > 0].min() < 1:
        return bias
    for _ in range(MAX_PASSES):
        before = bias.copy()
        for category in range(1, k):
            best_rival = np.delete(logs + bias, category, axis=1).max(axis=1)
            bias[category] = np.quantile(best_rival - logs[:, category], target_shares[category])
        if np.allclose(bias, before, atol=1e-9):
            break
    return np.asarray(bias - bias.mean(), dtype=np.float64)


def shift(probabilities: ArrayLike, bias: ArrayLike) -> Doubles:
    """The probabilities (n, k) with `bias` (k,) added to their logarithms; rows sum to 1."""
    logs = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), MIN_PROBABILITY)) + np.asarray(bias)
    return np.asarray(softmax(logs, axis=1), dtype=np.float64)
