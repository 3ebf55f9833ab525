"""Which documents of the pool to ask next."""

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
    """A document that could be asked, and how much it is worth to ask, in [0, 1]; never more than the one before it."""

    id: DocumentId
    worth: float


def rank_documents(
    inputs: RoundInputs,
    predictor: Predictor,
    probabilities: NDArray[np.float64],
    each: NDArray[np.float64],
    settings: RoundSettings,
    seed: int,
) -> tuple[RankedDocument, ...]:
    """The pool's documents that were neither asked nor labelled, best first, as `settings.selection` chooses.

    probabilities (n_pool, k): the predictor's of the pool; each (m, n_pool, k): those of its classifier's networks.
    """
    pool, shares = inputs.pool, settings.predictor.shares
    done = inputs.asked_documents | inputs.labels.keys()
    candidates = Candidates(
        probabilities=probabilities,
        bias=predictor.bias,
        open=np.array([document.id not in done for document in pool], dtype=np.bool_),
        labels={i: inputs.labels[document.id] for i, document in enumerate(pool) if document.id in inputs.labels},
        shares=None if isinstance(shares, str) else shares,
        seed=seed,
        read_vectors=partial(document_vectors, pool, inputs.embeddings.target),
        read_members=partial(predictor.members, each, probabilities),
    )
    ranking = STRATEGIES[settings.selection](candidates)
    return tuple(
        RankedDocument(pool[row].id, worth)
        for row, worth in zip(ranking.rows.tolist(), ranking.worth.tolist(), strict=True)
    )
