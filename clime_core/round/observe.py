"""What a round's model shows of itself: losses on labelled documents that it did not see."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import DocumentId
from clime_core.evaluation.gain import ENOUGH
from clime_core.round.inputs import RoundInputs

FOLDS = 5
LEAST = 1e-12
"""Stands for a probability of zero, whose logarithm is finite."""

Fit = Callable[[Mapping[DocumentId, int]], NDArray[np.float64]]
"""Labels to the probabilities (n_pool, n_categories) of a model that learnt from them."""


def held_out_losses(fit: Fit, inputs: RoundInputs) -> dict[DocumentId, float]:
    """The log-loss in nats of each labelled pool document, by a model that learnt from the other four fifths.

    A document is always in the same fold, so that what changes between two rounds is what was learnt. Empty where
    fewer than `ENOUGH` documents are labelled.
    """
    labels = inputs.labels
    place_of = {document.id: place for place, document in enumerate(inputs.pool) if document.id in labels}
    if len(place_of) < ENOUGH:
        return {}
    losses: dict[DocumentId, float] = {}
    for fold in range(FOLDS):
        held = [name for name in place_of if fold_of(name) == fold]
        if held:
            rows = fit({name: label for name, label in labels.items() if fold_of(name) != fold})
            losses |= log_losses(held, rows[[place_of[name] for name in held]], [labels[name] for name in held])
    return losses


def log_losses(
    documents: Sequence[DocumentId], rows: NDArray[np.float64], labels: Sequence[int]
) -> dict[DocumentId, float]:
    """The log-loss in nats of each document's label, from its probabilities, a row of (n, n_categories)."""
    found = zip(documents, rows, labels, strict=True)
    return {name: -math.log(max(float(row[label]), LEAST)) for name, row, label in found}


def fold_of(document: DocumentId) -> int:
    """Which part of the documents it belongs to, by its name alone."""
    return hashlib.sha256(str(document).encode()).digest()[0] % FOLDS
