"""How much each part of a predictor counts: by what it says of labels that it has not seen, shrunk to a prior.

Stacking (Wolpert 1992): the logits are a weighted sum of the parts' scores, the weights those of least log-loss on
held-out labels. With few labels the prior decides; a base that knows nothing of the language loses its say.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from clime_core.model.folds import N_FOLDS, fold_of
from clime_core.model.predictor.parts import PartsFitter, spread_of

Doubles = NDArray[np.float64]

PSEUDO_COUNT = 10.0
"""How strongly weights are held to the prior: a weight that is 1 off costs as much as so many nats of log-loss."""

MIN_WEIGHT = 0.02
"""The least weight of a part, so that another part can be given relative to it."""

MIN_TRUST = 0.05
"""The least trust in a base, so that a label counts at most twenty times what it counts beside a sound base."""


@dataclass(frozen=True, eq=False)
class Stacked:
    """How much the parts count.

    trust: the weight of the base by itself, from `MIN_TRUST` to 1; weights (2,): of base and target model.
    """

    trust: float
    weights: Doubles


def stack_parts(fitter: PartsFitter) -> Stacked:
    """Cross-fit the parts on the labels of the pool, and find the weights that the held-out labels speak for.

    The less a base knows of the labels, the more they count against it where the target model is trained: a base at
    chance would teach it noise. Without labels the base is trusted, and the weights are those of the settings.
    """
    settings, folds = fitter.settings.target, _folds(fitter)
    prior = np.array([1.0, settings.weight])
    held_out = [(fold, row, label) for fold in folds for row, label in fold.held_out.items()]
    labels = np.array([label for _, _, label in held_out], dtype=np.int64)
    alone = [fold.scores[row] / spread_of(fold.scores) for fold, row, _ in held_out]
    trust = float(part_weights(np.array(alone)[:, np.newaxis] if alone else [], labels, [1.0])[0])
    trust = min(max(trust, MIN_TRUST), 1.0)
    parts = [fitter.fit(fold.scores, fold.learnt, settings.label_weight / trust).standardized for fold in folds]
    of_parts = [rows[row] for rows, fold in zip(parts, folds, strict=True) for row in fold.held_out]
    return Stacked(trust, part_weights(np.array(of_parts), labels, prior))


@dataclass(frozen=True, eq=False)
class _Fold:
    """held_out and learnt: position in the pool to label; scores (n_pool, k): of a base that knows `learnt` alone."""

    held_out: Mapping[int, int]
    learnt: Mapping[int, int]
    scores: Doubles


def _folds(fitter: PartsFitter) -> list[_Fold]:
    inputs, folds = fitter.inputs, []
    for number in range(N_FOLDS):
        held_out = {row: y for row, y in inputs.labels.items() if fold_of(inputs.pool[row].id) == number}
        if held_out:
            learnt = {row: y for row, y in inputs.labels.items() if row not in held_out}
            folds.append(_Fold(held_out, learnt, inputs.scores_without(fitter.base, learnt)))
    return folds


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
