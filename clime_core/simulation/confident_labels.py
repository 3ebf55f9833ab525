"""A model's own labels: its most confident predictions in the pool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import DocumentId
from clime_core.model.predictor.label_shift import match_shares, shift


@dataclass(frozen=True)
class ConfidentLabels:
    """Documents in the order to be labelled, with their predicted categories."""

    order: tuple[DocumentId, ...]
    labels: Mapping[DocumentId, int]

    @classmethod
    def of(
        cls, probabilities: NDArray[np.float64], pool: Sequence[DocumentId], shares: Sequence[float] | None
    ) -> "ConfidentLabels":
        """From probabilities (n_pool, k) of the pool, shifted to its shares where these are given.

        Within a category the most probable first; the categories take turns so that after any number of documents
        each has its part of them by the shares, or by those of the predictions.
        """
        moved = probabilities if shares is None else shift(probabilities, match_shares(probabilities, shares))
        predicted, confidence = moved.argmax(axis=1), moved.max(axis=1)
        turns = np.empty(len(pool))
        for category in np.unique(predicted):
            rows = np.flatnonzero(predicted == category)
            ranked = rows[np.argsort(-confidence[rows], kind="stable")]
            part = len(rows) / len(pool) if shares is None else shares[category]
            turns[ranked] = (np.arange(len(rows)) + 0.5) / part
        order = np.argsort(turns, kind="stable")
        labels = {document: int(category) for document, category in zip(pool, predicted, strict=True)}
        return cls(tuple(pool[row] for row in order), labels)
