"""The score of a round's predictions of the test documents, as predicted and with the pool's shares matched."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.evaluation.metrics import evaluate
from clime_core.model.predictor.label_shift import match_shares, shift


@dataclass(frozen=True)
class Score:
    """Accuracy, macro F1 and AUC in [0, 1] over `n` test documents.

    `matched`, `matched_f1`: with the decision threshold moved so that the predictions of the pool have given shares;
    None where no shares were given. `auc` as `clime_core.evaluation.metrics.evaluate` has it.
    """

    accuracy: float
    matched: float | None
    macro_f1: float
    matched_f1: float | None
    auc: float | None
    n: int


def score(
    test: NDArray[np.float64], labels: Sequence[int], pool: NDArray[np.float64], shares: Sequence[float] | None
) -> Score:
    """Of test probabilities (n, k) and their labels; pool probabilities (m, k) set the threshold for shares (k,).

    For two categories with shares (0.7, 0.3) the threshold is the 70 % quantile of the pool's scores. Ranking, and
    so the AUC of two categories, is untouched by it.
    """
    plain = evaluate(test, labels)
    moved = None if shares is None else evaluate(shift(test, match_shares(pool, shares)), labels)
    return Score(
        accuracy=plain.accuracy,
        matched=moved.accuracy if moved else None,
        macro_f1=plain.macro_f1,
        matched_f1=moved.macro_f1 if moved else None,
        auc=plain.auc,
        n=plain.n,
    )
