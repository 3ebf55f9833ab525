"""What a round's model shows of itself: losses on labelled documents that it did not see."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence

from clime_core.data.documents import Document, DocumentId
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.model.predictor import Predictor
from clime_core.policy.gain import ENOUGH
from clime_core.round.evidence import Evidence

FOLDS = 5
LEAST = 1e-12
"""Stands for a probability of zero, whose logarithm is finite."""

Fit = Callable[[Mapping[DocumentId, int]], Predictor]


def held_out_losses(fit: Fit, evidence: Evidence, embeddings: BilingualEmbeddings) -> dict[DocumentId, float]:
    """The log-loss in nats of each labelled pool document, by a model that learnt from the other four fifths.

    A document is always in the same fold, so that what changes between two rounds is what was learnt. Empty where
    fewer than `ENOUGH` documents are labelled.
    """
    labelled = [document for document in evidence.pool if document.id in evidence.labels]
    if len(labelled) < ENOUGH:
        return {}
    losses: dict[DocumentId, float] = {}
    for fold in range(FOLDS):
        held = [document for document in labelled if fold_of(document.id) == fold]
        if held:
            others = {name: label for name, label in evidence.labels.items() if fold_of(name) != fold}
            losses |= log_losses(fit(others), embeddings, held, [evidence.labels[one.id] for one in held])
    return losses


def log_losses(
    predictor: Predictor, embeddings: BilingualEmbeddings, documents: Sequence[Document], labels: Sequence[int]
) -> dict[DocumentId, float]:
    """The log-loss in nats of each document's label."""
    if not documents:
        return {}
    rows = predictor.predict_proba(embeddings, documents)
    found = zip(documents, rows, labels, strict=True)
    return {document.id: -math.log(max(float(row[label]), LEAST)) for document, row, label in found}


def fold_of(document: DocumentId) -> int:
    """Which part of the documents it belongs to, by its name alone."""
    return hashlib.sha256(str(document).encode()).digest()[0] % FOLDS
