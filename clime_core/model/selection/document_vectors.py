"""A vector of each document, for what compares documents as wholes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from clime_core.data.documents import Document
from clime_core.data.embeddings import Embeddings


def document_vectors(documents: Sequence[Document], side: Embeddings) -> NDArray[np.float32]:
    """The mean vector of each document's known words, less the mean of all documents, of length 1: (n, dim) float32.

    Without the common part that all documents share, distances are between what they are about. A document without
    a known word, or like the mean, is zero.
    """
    rows = [side.rows(document.tokens) for document in documents]
    lengths = np.array([len(found) for found in rows], dtype=np.int64)
    words, tokens = np.unique(np.concatenate([np.zeros(0, np.int64), *rows]), return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    counts = csr_matrix((np.ones(len(tokens), np.float32), tokens, starts), shape=(len(rows), len(words)))
    known = lengths > 0
    means = np.asarray(counts @ side.vectors[words], dtype=np.float64) / np.maximum(lengths, 1)[:, None]
    means[known] -= means[known].mean(axis=0) if known.any() else 0.0
    return np.asarray(normalize(means), dtype=np.float32) if len(means) else means.astype(np.float32)
