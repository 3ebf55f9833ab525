"""What annotators' labels say of the parts of a predictor, by parts that did not learn from these labels."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.model.folds import N_FOLDS, fold_of
from clime_core.model.predictor.part_weights import part_weights
from clime_core.model.predictor.parts import PartsFitter, spread_of

Doubles = NDArray[np.float64]

MIN_TRUST = 0.05
"""The least trust in a base, so that a label counts at most twenty times what it counts beside a sound base."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """trust: the weight of the base by itself, from `MIN_TRUST` to 1; weights (2,): of base and target model."""

    trust: float
    weights: Doubles


def weigh_parts(fitter: PartsFitter) -> Evidence:
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
    return Evidence(trust, part_weights(np.array(of_parts), labels, prior))


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
