"""The uncertainty of means over settings and seeds: bootstrap intervals, and the t-test of the paper's appendix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_1samp

from clime_core.errors import DataError

N_DRAWS = 2000
"""Draws of a bootstrap."""

LEVEL = 0.95
"""Probability of an interval."""


@dataclass(frozen=True)
class Interval:
    """A mean with the bounds of its 95 % interval, over `settings` settings with `n` values in all."""

    mean: float
    low: float
    high: float
    settings: int
    n: int


@dataclass(frozen=True)
class TTest:
    """A one-sample t-test: two-sided `p`, the statistic `t`, degrees of freedom `df`."""

    p: float
    t: float
    df: int


def bootstrap_interval(values: Sequence[Sequence[float]], *, draws: int = N_DRAWS, seed: int = 0) -> Interval:
    """Of values by setting and seed, the mean over settings of the means over seeds, with its interval.

    A draw takes as many settings as there are, with replacement, and for each of them as many of its seeds as it has,
    with replacement. So every setting weighs the same, however many seeds it has. The interval runs from the 2.5 % to
    the 97.5 % percentile of the draws (Efron and Tibshirani 1993, chapter 13). For paired comparisons the values are
    differences within a seed. Test documents are not drawn anew, so that another test set of the same settings may
    give more different means than the interval says. Raises DataError where a setting has no value.
    """
    counts = np.array([len(row) for row in values])
    if not len(counts) or not counts.all():
        raise DataError(f"an interval needs at least one value in every setting, got {counts.tolist()} values")
    table = np.zeros((len(counts), counts.max()))
    for row, setting_values in zip(table, values, strict=True):
        row[: len(setting_values)] = setting_values
    means = table.sum(axis=1) / counts
    drawn = _drawn(table, counts, draws, np.random.default_rng(seed))
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(means.mean()), float(low), float(high), len(counts), int(counts.sum()))


def _drawn(
    table: NDArray[np.float64], counts: NDArray[np.int64], draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The mean of each draw, (draws,), from values (settings, max_seeds) of which the first `counts` are real."""
    settings, max_seeds = table.shape
    chosen = rng.integers(settings, size=(draws, settings))
    n = counts[chosen][:, :, None]
    seeds = (rng.random((draws, settings, max_seeds)) * n).astype(np.int64)
    real = np.arange(max_seeds) < n
    sums = np.where(real, table[chosen[:, :, None], seeds], 0.0).sum(axis=2)
    return np.asarray((sums / n[:, :, 0]).mean(axis=1), dtype=np.float64)


def one_sample_t(sample: Sequence[float], reference: float) -> TTest | None:
    """Whether the sample's mean differs from the reference (Yuan et al. 2020, appendix A.1).

    There the sample are the accuracies of a condition by user, and the reference is the mean of another condition;
    here seeds take the place of users. None for fewer than two values or where all are equal.
    """
    if len(sample) < 2 or np.ptp(sample) < 1e-12:
        return None
    tested = ttest_1samp(sample, reference)
    return TTest(float(tested.pvalue), float(tested.statistic), len(sample) - 1)
