"""How good predictions are, over documents."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from clime_core.errors import TrainingError


@dataclass(frozen=True)
class Metrics:
    """accuracy, macro_f1 in [0, 1]; auc in [0, 1], or None where it is undefined; n: documents."""

    accuracy: float
    macro_f1: float
    auc: float | None
    n: int


def evaluate(probabilities: ArrayLike, labels: ArrayLike) -> Metrics:
    """Compare probabilities (n, n_categories) with labels (n,) int.

    The prediction is the most probable category, the first of equals. F1 is averaged over the categories that
    occur among labels or predictions. AUC is that of category 1 of two, or the mean of one category against
    the rest; it is undefined (None) where a category has no document. Raises TrainingError without
    documents, or where the counts differ.
    """
    rows, truth = np.asarray(probabilities, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    if not len(truth) or len(truth) != len(rows):
        raise TrainingError(
            f"nothing to evaluate: {len(rows)} predictions and {len(truth)} labels; give one label, and at "
            "least one, for each prediction"
        )
    predicted = rows.argmax(axis=1)
    return Metrics(
        accuracy=float(accuracy_score(truth, predicted)),
        macro_f1=float(f1_score(truth, predicted, average="macro", zero_division=0.0)),
        auc=_auc(rows, truth),
        n=len(truth),
    )


def _auc(rows: NDArray[np.float64], truth: NDArray[np.int64]) -> float | None:
    n_categories = rows.shape[1]
    if n_categories < 2 or len(np.unique(truth)) < n_categories:
        return None
    if n_categories == 2:
        return float(roc_auc_score(truth, rows[:, 1]))
    against_rest = [roc_auc_score(truth == category, rows[:, category]) for category in range(n_categories)]
    return float(np.mean(against_rest))


Doubles = NDArray[np.float64]

DRAWS = 200
LEVEL = 0.95


def metric_intervals(
    probabilities: ArrayLike, labels: ArrayLike, *, draws: int = DRAWS, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """95 % intervals of accuracy, macro_f1 and auc, as `clime_core.evaluation.metrics.evaluate` has them, by name.

    Percentiles over bootstrap samples of the documents (Efron and Tibshirani 1993, chapter 13), from probabilities
    (n, n_categories) and labels (n,). Samples that leave a measure undefined are passed over; a measure that all leave
    undefined is left out.
    """
    rows, truth = np.asarray(probabilities, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    times = np.random.default_rng(seed).multinomial(len(truth), np.full(len(truth), 1 / len(truth)), draws)
    drawn = measures_of(rows, truth, times.astype(np.float64))
    known = {name: values[~np.isnan(values)] for name, values in drawn.items()}
    ends = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    return {name: _pair(np.quantile(values, ends)) for name, values in known.items() if len(values)}


def measures_of(rows: Doubles, truth: NDArray[np.int64], times: Doubles) -> dict[str, Doubles]:
    """The measures of many samples at once, each (draws,), nan where one is undefined.

    times (draws, n): how often each document is in each sample.
    """
    predicted, k = rows.argmax(axis=1), rows.shape[1]
    is_true, is_predicted = (categories[:, None] == np.arange(k) for categories in (truth, predicted))
    hits, true_counts, predicted_counts = times @ (is_true & is_predicted), times @ is_true, times @ is_predicted
    with np.errstate(invalid="ignore"):
        f1 = 2 * hits / (true_counts + predicted_counts)
    of_each = [_resampled_auc(rows[:, c], is_true[:, c], times) for c in ([1] if k == 2 else range(k))]
    return {
        "accuracy": hits.sum(axis=1) / times.sum(axis=1),
        "macro_f1": np.nanmean(f1, axis=1),
        "auc": np.mean(of_each, axis=0) if k > 1 else np.full(len(times), np.nan),
    }


def _resampled_auc(scores: Doubles, positive: NDArray[np.bool_], times: Doubles) -> Doubles:
    """The chance that a positive scores above a negative, ties counting half (Mann and Whitney 1947), (draws,)."""
    order = np.argsort(scores, kind="stable")
    starts = np.unique(scores[order], return_index=True)[1]
    positives, negatives = (
        np.add.reduceat(times[:, order] * kind[order], starts, axis=1) for kind in (positive, ~positive)
    )
    below = np.cumsum(negatives, axis=1) - negatives / 2
    with np.errstate(invalid="ignore"):
        return np.asarray(
            (positives * below).sum(axis=1) / (positives.sum(axis=1) * negatives.sum(axis=1)), dtype=np.float64
        )


def _pair(bounds: Doubles) -> tuple[float, float]:
    return float(bounds[0]), float(bounds[1])
