"""How much each part of a predictor counts: by what it says of labels that it has not seen, shrunk to a prior.

Stacking (Wolpert 1992): the logits are a weighted sum of the parts' scores, the weights those of least log-loss on
held-out labels. With few labels the prior decides; a base that knows nothing of the language loses its say.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

Doubles = NDArray[np.float64]

PSEUDO_COUNT = 10.0
"""How strongly weights are held to the prior: a weight that is 1 off costs as much as so many nats of log-loss."""

MIN_WEIGHT = 0.02
"""The least weight of a part, so that another part can be given relative to it."""


def part_weights(scores: ArrayLike, labels: ArrayLike, prior: ArrayLike) -> Doubles:
    """The weights (parts,), each at least `MIN_WEIGHT`; `prior` (parts,) where there are no labels.

    scores (n, parts, k): of n held-out documents by each part, in standard deviations; labels (n,): their categories.
    """
    rows, target = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    start = np.maximum(np.asarray(prior, dtype=np.float64), MIN_WEIGHT)
    if not len(target):
        return start
    chosen = np.arange(len(target))

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        logs = log_softmax(np.tensordot(weights, rows, axes=(0, 1)), axis=1)
        errors = np.exp(logs)
        errors[chosen, target] -= 1
        off = weights - start
        gradient = np.einsum("nk,npk->p", errors, rows) + 2 * PSEUDO_COUNT * off
        return float(-logs[chosen, target].sum() + PSEUDO_COUNT * off @ off), gradient

    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(MIN_WEIGHT, None)] * len(start))
    return np.asarray(fitted.x, dtype=np.float64)
