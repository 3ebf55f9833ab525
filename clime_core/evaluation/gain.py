"""The gain of a period of work, without labelled test documents.

Three measures, of which the first possible one is taken:

- `dev loss`: the drop of the log-loss on a labelled target dev set;
- `held-out loss`: the drop of the cross-validated log-loss of documents that annotators labelled, over those that were
  held out before and after. Active learning chose them, so they are harder than the pool; the drop is what counts;
- `change`: how far the predictions of the pool moved, the mean total variation distance. It shows that something was
  learnt, not that it was right, and is never negative.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clime_core.data.digest import json_digest
from clime_core.data.documents import DocumentId

Measure = Literal["dev loss", "held-out loss", "change"]

MIN_HELD_OUT = 10
"""Documents that must be held out both before and after, so that a drop of their loss is reported."""

PERIOD_SECONDS = 180.0
"""Seconds of work after which a gain period is closed and its gain reported; single tasks change too little."""


@dataclass(frozen=True, eq=False)
class Observation:
    """What a model version shows of itself.

    probabilities (n_pool, n_categories) of the pool. pool: `pool_digest` of its documents, empty where it was not kept.
    held_out and dev: the log-loss of each labelled document, in nats.
    """

    probabilities: NDArray[np.float64]
    pool: str
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
    """The gain from one version to a later one; None where nothing can be compared, as when the pool has changed.

    A pool of one document has no interval, and is not compared either.
    """
    for measure, was, now in (("dev loss", before.dev, after.dev), ("held-out loss", before.held_out, after.held_out)):
        common = [document for document in was if document in now]
        if len(common) >= MIN_HELD_OUT:
            return _gain([was[document] - now[document] for document in common], measure)  # type: ignore[arg-type]  # one of Measure
    if not _one_pool(before, after) or len(after.probabilities) < 2:
        return None
    moved = np.abs(after.probabilities - before.probabilities).sum(axis=1) / 2
    return _gain(moved.tolist(), "change")


def stability(before: Observation, after: Observation) -> float | None:
    """Cohen's kappa of the categories that two versions predict for the pool; None for another pool or an empty one."""
    if not _one_pool(before, after) or not len(after.probabilities):
        return None
    earlier, later = before.probabilities.argmax(axis=1), after.probabilities.argmax(axis=1)
    if (earlier == later).all():
        return 1.0  # where all are of one category kappa is undefined
    from sklearn.metrics import cohen_kappa_score  # takes a second: most of those who read gains need no kappa

    return float(cohen_kappa_score(earlier, later))


def pool_digest(pool: Iterable[DocumentId]) -> str:
    """Differs for pools of other documents, or of the same in another order."""
    return json_digest([str(document) for document in pool])


def _one_pool(before: Observation, after: Observation) -> bool:
    """Whether both are of the same documents and categories."""
    return before.pool == after.pool != "" and before.probabilities.shape == after.probabilities.shape


def _gain(values: Sequence[float], measure: Measure) -> Gain:
    """The mean of two or more values."""
    mean = float(np.mean(values))
    reach = 1.96 * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Gain(mean, mean - reach, mean + reach, measure, len(values))
