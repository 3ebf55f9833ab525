"""The documents of the pool, ranked by how much it is worth to ask them next."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import DocumentId
from clime_core.model.predictor.predictor import Predictor
from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.document_vectors import document_vectors
from clime_core.model.selection.strategies import STRATEGIES
from clime_core.round.inputs import RoundInputs
from clime_core.round.round_settings import RoundSettings


@dataclass(frozen=True)
class RankedDocument:
    """A document that could be asked, and how much it is worth to ask, in [0, 1]; best first in a ranking."""

    id: DocumentId
    worth: float


def rank_documents(
    inputs: RoundInputs,
    predictor: Predictor,
    probabilities: NDArray[np.float64],
    member_probabilities: NDArray[np.float64],
    settings: RoundSettings,
    seed: int,
) -> tuple[RankedDocument, ...]:
    """The pool's documents that were neither asked nor labelled, best first, as `settings.selection` chooses.

    probabilities (n_pool, k): the predictor's of the pool. member_probabilities (m, n_pool, k): those of each of its
    classifier's networks.
    """
    pool, labels, shares = inputs.pool, inputs.labels, settings.predictor.shares
    closed = inputs.asked_documents | labels.keys()
    candidates = Candidates(
        probabilities=probabilities,
        bias=predictor.bias,
        open=np.array([document.id not in closed for document in pool], dtype=np.bool_),
        labels={row: labels[document.id] for row, document in enumerate(pool) if document.id in labels},
        shares=None if isinstance(shares, str) else shares,
        seed=seed,
        read_vectors=partial(document_vectors, pool, inputs.embeddings.target),
        read_members=partial(predictor.members, member_probabilities, probabilities),
    )
    ranking = STRATEGIES[settings.selection](candidates)
    return tuple(
        RankedDocument(pool[row].id, worth)
        for row, worth in zip(ranking.rows.tolist(), ranking.worth.tolist(), strict=True)
    )
