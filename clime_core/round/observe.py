"""The losses of a round's model on labelled documents that it did not learn from."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import DocumentId
from clime_core.evaluation.gain import MIN_HELD_OUT
from clime_core.model.folds import N_FOLDS, fold_of
from clime_core.round.inputs import RoundInputs

MIN_PROBABILITY = 1e-12
"""Lower probabilities count as this one, so that their logarithm is finite."""

Fit = Callable[[Mapping[DocumentId, int]], NDArray[np.float64]]
"""Labels to the probabilities (n_pool, n_categories) of a model that learnt from them."""


def held_out_losses(fit: Fit, inputs: RoundInputs) -> dict[DocumentId, float]:
    """The log-loss in nats of each labelled pool document, by a model that learnt from the other four fifths.

    A document is always in the same fold, so that what changes between two rounds is what was learnt. Empty where
    fewer than `MIN_HELD_OUT` documents are labelled.
    """
    labels = inputs.labels
    row_of = {document.id: row for row, document in enumerate(inputs.pool) if document.id in labels}
    if len(row_of) < MIN_HELD_OUT:
        return {}
    losses: dict[DocumentId, float] = {}
    for fold in range(N_FOLDS):
        held_out = [document for document in row_of if fold_of(document) == fold]
        if held_out:
            rows = fit({document: label for document, label in labels.items() if fold_of(document) != fold})
            rows_held_out = rows[[row_of[document] for document in held_out]]
            losses |= log_losses(held_out, rows_held_out, [labels[document] for document in held_out])
    return losses


def log_losses(
    documents: Sequence[DocumentId], rows: NDArray[np.float64], labels: Sequence[int]
) -> dict[DocumentId, float]:
    """The log-loss in nats of each document's label, from its probabilities, a row of (n, n_categories)."""
    return {
        document: -math.log(max(float(row[label]), MIN_PROBABILITY))
        for document, row, label in zip(documents, rows, labels, strict=True)
    }
