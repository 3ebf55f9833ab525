"""How sure a mean over settings and seeds is: bootstrap intervals, and the t-test of the paper's appendix."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_1samp

from clime_core.errors import DataError

DRAWS = 2000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean with the bounds of its 95 % interval, over `settings` settings with `n` values in all."""

    mean: float
    low: float
    high: float
    settings: int
    n: int

    def scaled(self, factor: float) -> "Interval":
        """The same in another unit."""
        return Interval(self.mean * factor, self.low * factor, self.high * factor, self.settings, self.n)


@dataclass(frozen=True)
class TTest:
    """A one-sample t-test: two-sided `p`, the statistic `t`, degrees of freedom `df`."""

    p: float
    t: float
    df: int


def bootstrap_interval(values: Sequence[Sequence[float]], *, draws: int = DRAWS, seed: int = 0) -> Interval:
    """Of values by setting and seed, the mean over settings of the means over seeds, with its interval.

    A draw takes as many settings as there are, with replacement, and within each time one is taken as many of its
    seeds as it has, with replacement, so that every setting weighs the same however many seeds it has; the interval
    runs from the 2.5 % to the 97.5 % percentile of the draws (Efron and Tibshirani 1993, chapter 13). For paired
    comparisons the values are differences within a seed. Test documents are not drawn anew: what another test of
    the same settings would say is less sure than this. Raises DataError where a setting has no value.
    """
    counts = np.array([len(row) for row in values])
    if not len(counts) or not counts.all():
        raise DataError(f"an interval needs at least one value in every setting, got {counts.tolist()} values")
    table = np.zeros((len(counts), counts.max()))
    for row, own in zip(table, values, strict=True):
        row[: len(own)] = own
    means = table.sum(axis=1) / counts
    drawn = _drawn(table, counts, draws, np.random.default_rng(seed))
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(means.mean()), float(low), float(high), len(counts), int(counts.sum()))


def _drawn(
    table: NDArray[np.float64], counts: NDArray[np.int64], draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The mean of each draw, (draws,), from values (settings, most seeds) of which the first `counts` are real."""
    settings, most = table.shape
    chosen = rng.integers(settings, size=(draws, settings))
    n = counts[chosen][:, :, None]
    seeds = (rng.random((draws, settings, most)) * n).astype(np.int64)
    real = np.arange(most) < n
    sums = np.where(real, table[chosen[:, :, None], seeds], 0.0).sum(axis=2)
    return np.asarray((sums / n[:, :, 0]).mean(axis=1), dtype=np.float64)


def one_sample_t(sample: Sequence[float], reference: float) -> TTest | None:
    """Whether the sample's mean differs from the reference (Yuan et al. 2020, appendix A.1).

    There the sample are a condition's accuracies by user and the reference is the mean of what it is compared with;
    here seeds take the place of users. None for fewer than two values or where all are equal.
    """
    if len(sample) < 2 or np.ptp(sample) < 1e-12:
        return None
    tested = ttest_1samp(sample, reference)
    return TTest(float(tested.pvalue), float(tested.statistic), len(sample) - 1)
