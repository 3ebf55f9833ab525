"""How sure the measures of a test set are: bootstrap intervals over its documents."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]

DRAWS = 200
LEVEL = 0.95


def metric_intervals(
    probabilities: ArrayLike, labels: ArrayLike, *, draws: int = DRAWS, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """95 % intervals of accuracy, macro_f1 and auc, as `clime_core.model.metrics.evaluate` has them, by name.

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
    is_true, is_predicted = (which[:, None] == np.arange(k) for which in (truth, predicted))
    hits, trues, said = times @ (is_true & is_predicted), times @ is_true, times @ is_predicted
    with np.errstate(invalid="ignore"):
        f1 = 2 * hits / (trues + said)
    of_each = [_auc(rows[:, c], is_true[:, c], times) for c in ([1] if k == 2 else range(k))]
    return {
        "accuracy": hits.sum(axis=1) / times.sum(axis=1),
        "macro_f1": np.nanmean(f1, axis=1),
        "auc": np.mean(of_each, axis=0) if k > 1 else np.full(len(times), np.nan),
    }


def _auc(scores: Doubles, positive: NDArray[np.bool_], times: Doubles) -> Doubles:
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
