"""The words that annotators can be shown: those of the campaign's documents, or the whole vocabulary."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import numpy as np

from clime_core.data.documents import Document
from clime_core.data.embeddings import Embeddings, Rows
from clime_core.round.round_settings import NeighborWords


def tokens_of(documents: Iterable[Document]) -> Iterator[str]:
    """The tokens of all documents, one after the other."""
    return chain.from_iterable(document.tokens for document in documents)


def document_words(documents: Iterable[Document], side: Embeddings) -> tuple[str, ...]:
    """The words of the documents that have a vector, most frequent first."""
    counts = Counter(tokens_of(documents))
    return tuple(form for form, _ in counts.most_common() if form in side)


def candidate_rows(words: Iterable[str], side: Embeddings, neighbor_words: NeighborWords) -> Rows | None:
    """The rows from which neighbours are chosen, ascending (n,) int64; None means the whole vocabulary.

    `words` are those of the campaign's documents, as often as you like.
    """
    if neighbor_words == "vocabulary":
        return None
    return np.unique(side.rows(set(words)))


MAX_FREQUENT_WORDS = 30_000
"""Words of a language at most, the most frequent ones."""


def frequent_words(documents: Iterable[Document]) -> tuple[str, ...]:
    """The words, not numbers nor marks, that occur in two or more documents, those of most documents first."""
    counts = Counter(chain.from_iterable(dict.fromkeys(document.tokens) for document in documents))
    words = (form for form, count in counts.most_common() if count > 1 and any(c.isalpha() for c in form))
    return tuple(islice(words, MAX_FREQUENT_WORDS))
