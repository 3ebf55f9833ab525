"""What a stretch of work gained, without labelled test documents.

Three measures, the first that can be had:

- `dev loss`: the drop of the log-loss on a labelled target dev set;
- `held-out loss`: the drop of the cross-validated log-loss of documents that annotators labelled, over those that were
  held out before and after. Active learning chose them, so they are harder than the pool; the drop is what counts;
- `change`: how far the predictions of the pool moved, the mean total variation distance. It says that something was
  learnt, not that it was right, and is never negative.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from clime_core.data.documents import DocumentId

Measure = Literal["dev loss", "held-out loss", "change"]

ENOUGH = 10
"""Documents that must be held out both before and after for a drop to be told."""

PERIOD_SECONDS = 180.0
"""Work after which a stretch is closed and its gain told; single tasks change too little to see."""


@dataclass(frozen=True, eq=False)
class Observation:
    """What a model version shows of itself.

    probabilities (n_pool, n_categories) of the pool. held_out and dev: the log-loss of each labelled document, in nats.
    """

    probabilities: NDArray[np.float64]
    held_out: Mapping[DocumentId, float] = field(default_factory=dict)
    dev: Mapping[DocumentId, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Gain:
    """A gain with the bounds of its 95 % interval over `n` documents, drawn as normal."""

    value: float
    low: float
    high: float
    measure: Measure
    n: int


def gain_between(before: Observation, after: Observation) -> Gain | None:
    """What came between two versions; None where nothing can be compared, as when the pool has changed."""
    for measure, was, now in (("dev loss", before.dev, after.dev), ("held-out loss", before.held_out, after.held_out)):
        common = [document for document in was if document in now]
        if len(common) >= ENOUGH:
            return _gain([was[document] - now[document] for document in common], measure)  # type: ignore[arg-type]  # one of Measure
    if before.probabilities.shape != after.probabilities.shape or not len(after.probabilities):
        return None
    moved = np.abs(after.probabilities - before.probabilities).sum(axis=1) / 2
    return _gain(moved.tolist(), "change")


def stability(before: NDArray[np.float64], after: NDArray[np.float64]) -> float | None:
    """Cohen's kappa of the categories predicted by two versions, from probabilities (n, k); None for another pool."""
    if before.shape != after.shape or not len(after):
        return None
    one, other = before.argmax(axis=1), after.argmax(axis=1)
    if (one == other).all():
        return 1.0  # where all are of one category kappa is undefined
    return float(cohen_kappa_score(one, other))


def _gain(values: Sequence[float], measure: Measure) -> Gain:
    mean = float(np.mean(values))
    reach = 1.96 * float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.inf
    return Gain(mean, mean - reach, mean + reach, measure, len(values))
