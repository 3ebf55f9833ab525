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
