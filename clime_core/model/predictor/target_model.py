"""A model of the target language's own text: self-training on the pool, corrected by the annotators' labels.

Cross-lingual vectors carry a classifier over to another language only as well as they are aligned. What it is sure
of in the pool is enough to train a second model on the pool's own text, one that needs no vectors: self-training
(Scudder 1965) across two views of a document (Blum and Mitchell 1998), as CLTS does with seed words (Karamanolakis
et al. 2020). Its view are character n-grams inside words, which see through inflection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from clime_core.data.documents import Document
from clime_core.model.bases.regression import rows_of_all
from clime_core.model.predictor.predictor_settings import TargetSettings

Doubles = NDArray[np.float64]
Positions = NDArray[np.int64]

BUCKETS = 2**18

MAX_DOCUMENTS = 5_000
"""Documents that the model is fitted on at most, and that are scored at once: bounds time and memory."""


@dataclass(frozen=True, eq=False)
class TargetModel:
    """Multinomial logistic regression over tf-idf of hashed character n-grams.

    idf (BUCKETS,) float64; weights (n_categories, BUCKETS) float64; bias (n_categories,) float64.
    """

    ngrams: tuple[int, int]
    idf: Doubles
    weights: Doubles
    bias: Doubles

    def scores(self, documents: Sequence[Document]) -> Doubles:
        """Log-probabilities up to a constant, (n, n_categories), every row of mean zero."""
        blocks = [documents[start : start + MAX_DOCUMENTS] for start in range(0, len(documents), MAX_DOCUMENTS)]
        scored = [self.scores_of(_weighted(count_ngrams(block, self.ngrams), self.idf)) for block in blocks]
        return np.concatenate([np.zeros((0, len(self.bias))), *scored])

    def scores_of(self, features: csr_matrix) -> Doubles:
        """The same for documents given as tf-idf, (n, BUCKETS)."""
        scores = np.asarray(features @ self.weights.T) + self.bias
        return np.asarray(scores - scores.mean(axis=1, keepdims=True), dtype=np.float64)


def fit_target_model(
    pool: Sequence[Document],
    teacher: Doubles,
    known: NDArray[np.bool_],
    shares: Doubles,
    labels: Mapping[int, int],
    settings: TargetSettings,
    label_weight: float | None = None,
) -> tuple[TargetModel, Doubles] | None:
    """Train on the pool: on documents the teacher is sure of, and on annotators' labels. With the scores of the pool.

    teacher (n_pool, n_categories): the teacher's scores; known (n_pool,): documents it can score at all; shares
    (n_categories,): of the categories in the pool; labels: position in the pool to category, which outweigh the
    teacher `label_weight` times, by default that of the settings. All categories weigh the same in the loss. Of a pool
    of more than `MAX_DOCUMENTS` documents all labelled ones are taken and of the others every n-th. None where all
    examples are of one category.
    """
    places = _sample(len(pool), labels)
    counts = _kept_counts(tuple(pool[place] for place in places), settings.ngrams)
    idf = np.asarray(TfidfTransformer(sublinear_tf=True).fit(counts).idf_, dtype=np.float64)
    features = _weighted(counts, idf)
    labelled = {row: labels[place] for row, place in enumerate(places) if place in labels}
    sure = confident(teacher[places], known[places], shares, settings.confident)
    rows, categories, weights = examples_of(sure, labelled, label_weight or settings.label_weight, len(shares))
    if len(np.unique(categories)) < 2:
        return None
    coefficients, bias = _coefficients(features[rows], categories, weights, len(shares), settings)
    model = TargetModel(settings.ngrams, idf, coefficients, bias)
    return model, model.scores_of(features) if len(places) == len(pool) else model.scores(pool)


def _sample(n: int, labels: Mapping[int, int]) -> list[int]:
    """Places in a pool of n documents, ascending: all, or the labelled ones and evenly spaced others."""
    if n <= MAX_DOCUMENTS:
        return list(range(n))
    spaced = np.linspace(0, n - 1, max(MAX_DOCUMENTS - len(labels), 1)).astype(int).tolist()
    return sorted({*spaced, *labels})


def confident(teacher: Doubles, known: NDArray[np.bool_], shares: Doubles, part: float) -> dict[int, int]:
    """Position to category of what the teacher is sure of.

    teacher (n, k) scores, of which those of the `known` (n,) documents count. Of every category with a share the
    `part` of it that leads by the largest margin over the best other category, at least one document; a document
    goes where its margin is larger.
    """
    k = teacher.shape[1]
    margins = np.stack([teacher[:, c] - np.delete(teacher, c, axis=1).max(axis=1) for c in range(k)], axis=1)
    found: dict[int, int] = {}
    for category in np.flatnonzero(shares).tolist():
        limit = max(1, int(part * shares[category] * known.sum()))
        ranked = np.argsort(-margins[:, category], kind="stable")
        for row in ranked[known[ranked]][:limit].tolist():
            if row not in found or margins[row, category] > margins[row, found[row]]:
                found[row] = category
    return found


def examples_of(
    sure: Mapping[int, int], labelled: Mapping[int, int], label_weight: float, k: int
) -> tuple[Positions, Positions, Doubles]:
    """Rows, categories and weights, each (n,), of the teacher's labels and of the annotators', which replace them.

    A document that was labelled counts `label_weight` times one of the teacher's; then every category that occurs
    gets the same sum of weights, and the mean is 1.
    """
    examples = {row: (category, 1.0) for row, category in sure.items()}
    examples |= {row: (category, label_weight) for row, category in labelled.items()}
    rows = np.array(list(examples), dtype=np.int64)
    categories = np.array([category for category, _ in examples.values()], dtype=np.int64)
    weights = np.array([weight for _, weight in examples.values()], dtype=np.float64)
    totals = np.bincount(categories, weights, k)
    return rows, categories, weights * len(rows) / (np.count_nonzero(totals) * totals[categories])


def count_ngrams(documents: Sequence[Document], ngrams: tuple[int, int]) -> csr_matrix:
    """Counts of hashed character n-grams inside words, (n, BUCKETS) float32."""
    hashing = HashingVectorizer(
        analyzer="char_wb", ngram_range=ngrams, n_features=BUCKETS, alternate_sign=False, norm=None,
        lowercase=False, dtype=np.float32,
    )  # fmt: skip
    return hashing.transform(" ".join(document.tokens) for document in documents)


@lru_cache(maxsize=2)
def _kept_counts(documents: tuple[Document, ...], ngrams: tuple[int, int]) -> csr_matrix:
    """Those of the last pools, since rounds come back to them; requests never come here."""
    return count_ngrams(documents, ngrams)


def _weighted(counts: csr_matrix, idf: Doubles) -> csr_matrix:
    """Sublinear tf-idf, rows of length 1."""
    transformer = TfidfTransformer(sublinear_tf=True)
    transformer.idf_ = idf
    return transformer.transform(counts)


def _coefficients(
    features: csr_matrix, categories: Positions, weights: Doubles, k: int, settings: TargetSettings
) -> tuple[Doubles, Doubles]:
    """Weights (k, BUCKETS) and bias (k,). A category without examples is never predicted."""
    used = np.unique(features.indices)  # the other buckets get no weight whatever is done
    model = LogisticRegression(C=settings.inverse_regularization, max_iter=1000)
    model.fit(features[:, used], categories, weights)
    weights_of_used, bias = rows_of_all(model, k)
    coefficients = np.zeros((k, BUCKETS))
    coefficients[:, used] = weights_of_used
    return coefficients, bias
