"""A vector of each document, for what compares documents as wholes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from clime_core.data.documents import Document
from clime_core.data.embeddings import Embeddings
from clime_core.model.bases.encoder_classifier import document_rows


def document_vectors(documents: Sequence[Document], side: Embeddings) -> NDArray[np.float32]:
    """The vector of each document, less the mean of all documents, of length 1: (n, dim) float32.

    It is the document's own where documents have been encoded, else the mean of its known words' vectors. Without the
    common part that all documents share, distances are between what they are about. A document without a vector or a
    known word, or like the mean, is zero.
    """
    encoded, own = document_rows(documents)
    if len(encoded):
        centred = np.zeros((len(documents), own.shape[1]))
        centred[encoded] = own - own.mean(axis=0)
        return np.asarray(normalize(centred), dtype=np.float32)
    rows = [side.rows(document.tokens) for document in documents]
    lengths = np.array([len(found) for found in rows], dtype=np.int64)
    words, tokens = np.unique(np.concatenate([np.zeros(0, np.int64), *rows]), return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    counts = csr_matrix((np.ones(len(tokens), np.float32), tokens, starts), shape=(len(rows), len(words)))
    known = lengths > 0
    means = np.asarray(counts @ side.vectors[words], dtype=np.float64) / np.maximum(lengths, 1)[:, None]
    means[known] -= means[known].mean(axis=0) if known.any() else 0.0
    return np.asarray(normalize(means), dtype=np.float32) if len(means) else means.astype(np.float32)
