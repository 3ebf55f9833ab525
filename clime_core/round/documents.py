"""The documents of the pool, ranked by how much it is worth to ask them next, alone or on a review screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document, DocumentId
from clime_core.model.predictor.predictor import Predictor
from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.document_vectors import document_vectors
from clime_core.model.selection.review_settings import ReviewSettings
from clime_core.model.selection.screens import compose
from clime_core.model.selection.selection import Selection
from clime_core.model.selection.strategies import STRATEGIES
from clime_core.round.inputs import RoundInputs
from clime_core.round.round_settings import RoundSettings


@dataclass(frozen=True)
class RankedDocument:
    """A document that could be asked, and how much it is worth to ask, in [0, 1]; best first in a ranking."""

    id: DocumentId
    worth: float


@dataclass(frozen=True)
class ReviewScreen:
    """Documents that are all predicted as `category`, to be corrected together."""

    category: int
    documents: tuple[DocumentId, ...]


def candidates_of(
    inputs: RoundInputs,
    predictor: Predictor,
    probabilities: NDArray[np.float64],
    member_probabilities: NDArray[np.float64],
    settings: RoundSettings,
    seed: int,
) -> Candidates:
    """What a selection may use of the pool; open are the documents that were neither asked nor labelled.

    probabilities (n_pool, k): the predictor's of the pool. member_probabilities (m, n_pool, k): those of each of its
    classifier's networks.
    """
    pool, labels, shares = inputs.pool, inputs.labels, settings.predictor.shares
    closed = inputs.asked_documents | labels.keys()
    return Candidates(
        probabilities=probabilities,
        bias=predictor.bias,
        open=np.array([document.id not in closed for document in pool], dtype=np.bool_),
        labels={row: labels[document.id] for row, document in enumerate(pool) if document.id in labels},
        shares=None if isinstance(shares, str) else shares,
        seed=seed,
        read_vectors=cache(partial(document_vectors, pool, inputs.embeddings.target)),
        read_members=partial(predictor.members, member_probabilities, probabilities),
    )


def rank_documents(inputs: RoundInputs, candidates: Candidates, selection: Selection) -> tuple[RankedDocument, ...]:
    """The open documents, best first; before them those that are to be asked again."""
    ranking = STRATEGIES[selection](candidates)
    again = (RankedDocument(document.id, 1.0) for document in inputs.pool if document.id in inputs.again)
    ranked = (
        RankedDocument(inputs.pool[row].id, worth)
        for row, worth in zip(ranking.rows.tolist(), ranking.worth.tolist(), strict=True)
    )
    return (*again, *ranked)


def review_screens(
    pool: Sequence[Document], candidates: Candidates, settings: ReviewSettings
) -> tuple[ReviewScreen, ...]:
    """Screens of open documents of the pool."""
    if not settings.screens:
        return ()
    screens = compose(STRATEGIES[settings.selection](candidates), candidates, settings)
    return tuple(ReviewScreen(screen.category, tuple(pool[row].id for row in screen.rows)) for screen in screens)
