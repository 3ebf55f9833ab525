"""The words that annotators can be shown: those of the campaign's documents, or the whole vocabulary."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

import numpy as np

from clime_core.data.documents import Document
from clime_core.data.embeddings import Embeddings, Rows
from clime_core.round.round_settings import NeighborWords


def document_words(documents: Iterable[Document], side: Embeddings) -> tuple[str, ...]:
    """The words of the documents that have a vector, most frequent first."""
    counts = Counter(chain.from_iterable(document.tokens for document in documents))
    return tuple(form for form, _ in counts.most_common() if form in side)


def candidate_rows(documents: Iterable[Document], side: Embeddings, neighbor_words: NeighborWords) -> Rows | None:
    """The rows from which neighbours are chosen, ascending (n,) int64; None means the whole vocabulary."""
    if neighbor_words == "vocabulary":
        return None
    return np.unique(side.rows(document_words(documents, side)))
