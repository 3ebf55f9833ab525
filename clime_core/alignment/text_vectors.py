"""Word vectors from nothing but text: positive pointwise mutual information and a truncated SVD."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD

from clime_core.data.embeddings import Embeddings
from clime_core.data.normalize import unit_length
from clime_core.errors import DataError


def text_vectors(
    texts: Sequence[Sequence[str]], dim: int = 100, *, window: int = 5, min_count: int = 2, seed: int = 0
) -> Embeddings:
    """Vectors of the words that occur at least `min_count` times in tokenised texts; frequent words first.

    PPMI of co-occurrence within `window` tokens, reduced to `dim` by a truncated SVD with the singular values
    at the power 1/2 (Levy, Goldberg and Dagan 2015); rows at unit length, float32. The same texts and seed
    give the same vectors. Raises DataError where there are not more words than dimensions.
    """
    counts = Counter(token for text in texts for token in text)
    words = [word for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= min_count]
    if len(words) <= dim:
        raise DataError(
            f"{len(words)} words occur {min_count} times or more, too few for {dim} dimensions: "
            "give more text or fewer dimensions"
        )
    together = _cooccurrence(texts, {word: row for row, word in enumerate(words)}, window)
    svd = TruncatedSVD(dim, algorithm="randomized", n_iter=7, random_state=seed)
    reduced = svd.fit_transform(_ppmi(together)) / np.sqrt(np.maximum(svd.singular_values_, 1e-12))
    return Embeddings(words, unit_length(reduced))


def _cooccurrence(texts: Sequence[Sequence[str]], index: dict[str, int], window: int) -> csr_matrix:
    """How often two words stand within `window` tokens, (n, n) symmetric. Words without a row take room."""
    gap = [-1] * window
    rows = np.array([row for text in texts for row in (*(index.get(token, -1) for token in text), *gap)])
    lefts, rights = [], []
    for distance in range(1, window + 1):
        left, right = rows[:-distance], rows[distance:]
        both = (left >= 0) & (right >= 0)
        lefts.append(left[both])
        rights.append(right[both])
    ends = np.concatenate(lefts), np.concatenate(rights)
    upper = csr_matrix((np.ones(len(ends[0])), ends), shape=(len(index), len(index)))
    return (upper + upper.T).tocsr()


def _ppmi(together: csr_matrix) -> csr_matrix:
    """log(n_ab n / (n_a n_b)) where positive, else 0."""
    total = together.sum()
    each = np.maximum(np.asarray(together.sum(axis=1)).ravel(), 1)
    pairs = together.tocoo()
    values = np.log(pairs.data * total / (each[pairs.row] * each[pairs.col]))
    positive = values > 0
    ends = pairs.row[positive], pairs.col[positive]
    return csr_matrix((values[positive], ends), shape=together.shape)
