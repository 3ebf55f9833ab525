"""A model of the target language's own text: self-training on the pool, corrected by the annotators' labels.

Cross-lingual vectors carry a classifier over to another language only as well as they are aligned. What it is sure
of in the pool is enough to train a second model on the pool's own text, one that needs no vectors: self-training
(Scudder 1965) across two views of a document (Blum and Mitchell 1998), as CLTS does with seed words (Karamanolakis
et al. 2020). Its view are character n-grams inside words, which see through inflection.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from types import MappingProxyType

import numpy as np
from cachetools import LRUCache, cached
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


@dataclass(frozen=True, eq=False)
class PoolFeatures:
    """The n-grams of a pool, or of a sample where it has more than `MAX_DOCUMENTS` documents.

    places: positions in the pool, ascending; idf (BUCKETS,); rows (len(places), BUCKETS): their tf-idf, of length 1.
    """

    places: list[int]
    idf: Doubles
    rows: csr_matrix

    @classmethod
    def of(cls, pool: Sequence[Document], labels: Mapping[int, int], ngrams: tuple[int, int]) -> "PoolFeatures":
        """All labelled documents, by their position in the pool, are among the sample."""
        places = _sample(len(pool), labels)
        return cls(places, *_kept_features(tuple(pool[place] for place in places), ngrams))

    def at(self, positions: Positions) -> csr_matrix:
        """Those of documents of the sample, by their positions in the pool, in that order."""
        return self.rows[np.searchsorted(self.places, positions)]

    def scores(self, model: TargetModel, pool: Sequence[Document]) -> Doubles:
        """The model's scores of the whole pool, (n_pool, n_categories)."""
        return model.scores_of(self.rows) if len(self.places) == len(pool) else model.scores(pool)


def fit_target_model(
    pool: Sequence[Document],
    teacher: Doubles,
    known: NDArray[np.bool_],
    shares: Doubles,
    labels: Mapping[int, int],
    settings: TargetSettings,
    label_weight: float | None = None,
    start: TargetModel | None = None,
    doubts: Mapping[int, float] = MappingProxyType({}),
) -> tuple[TargetModel, Doubles] | None:
    """Train on the pool: on documents the teacher is sure of, and on annotators' labels. With the scores of the pool.

    teacher (n_pool, n_categories): the teacher's scores; known (n_pool,): documents it can score at all; shares
    (n_categories,): of the categories in the pool; labels: position in the pool to category, which outweigh the
    teacher `label_weight` times, by default that of the settings. All categories weigh the same in the loss. Of a pool
    of more than `MAX_DOCUMENTS` documents all labelled ones are taken and of the others every n-th. None where all
    examples are of one category. doubts: position to the probability that its label is wrong; by so much the label
    weighs less. `start`: a model of the same categories that is near, from which the fit begins.
    """
    features = PoolFeatures.of(pool, labels, settings.ngrams)
    places = features.places
    labelled = {row: labels[place] for row, place in enumerate(places) if place in labels}
    weight = label_weight or settings.label_weight
    weighed = {row: weight * (1 - doubts.get(places[row], 0.0)) for row in labelled}
    sure = confident(teacher[places], known[places], shares, settings.confident)
    rows, categories, weights = examples_of(sure, labelled, weighed, len(shares))
    if len(np.unique(categories)) < 2:
        return None
    coefficients, bias = _coefficients(features.rows[rows], categories, weights, len(shares), settings, start)
    model = TargetModel(settings.ngrams, features.idf, coefficients, bias)
    return model, features.scores(model, pool)


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
    sure: Mapping[int, int], labelled: Mapping[int, int], weighed: Mapping[int, float], k: int
) -> tuple[Positions, Positions, Doubles]:
    """Rows, categories and weights, each (n,), of the teacher's labels and of the annotators', which replace them.

    A labelled document counts as much as is `weighed`, one of the teacher's 1; then every category that occurs
    gets the same sum of weights, and the mean is 1.
    """
    examples = {row: (category, 1.0) for row, category in sure.items()}
    examples |= {row: (category, weighed[row]) for row, category in labelled.items()}
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
def _kept_features(documents: tuple[Document, ...], ngrams: tuple[int, int]) -> tuple[Doubles, csr_matrix]:
    """idf and tf-idf of the last pools, since rounds come back to them; requests never come here."""
    counts = count_ngrams(documents, ngrams)
    idf = np.asarray(TfidfTransformer(sublinear_tf=True).fit(counts).idf_, dtype=np.float64)
    return idf, _weighted(counts, idf)


def _weighted(counts: csr_matrix, idf: Doubles) -> csr_matrix:
    """Sublinear tf-idf, rows of length 1."""
    transformer = TfidfTransformer(sublinear_tf=True)
    transformer.idf_ = idf
    return transformer.transform(counts)


def _examples_digest(
    features: csr_matrix,
    categories: Positions,
    weights: Doubles,
    k: int,
    settings: TargetSettings,
    start: TargetModel | None,
) -> str:
    """A name for all that the coefficients depend on."""
    arrays = [features.data, features.indices, features.indptr, categories, weights]
    if start is not None:
        arrays += [start.weights, start.bias]
    digest = hashlib.sha256(f"{k} {settings.inverse_regularization} {len(arrays)}".encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


@cached(LRUCache(2), _examples_digest, Lock())
def _coefficients(
    features: csr_matrix,
    categories: Positions,
    weights: Doubles,
    k: int,
    settings: TargetSettings,
    start: TargetModel | None,
) -> tuple[Doubles, Doubles]:
    """Weights (k, BUCKETS) and bias (k,). A category without examples is never predicted.

    The last ones are kept: what is taught without labels stays the same from round to round.
    """
    used, there = np.unique(features.indices), np.unique(categories)  # other buckets get no weight whatever is done
    model = LogisticRegression(C=settings.inverse_regularization, max_iter=1000, warm_start=True)
    if start is not None and len(there) > 2:  # of two categories scikit-learn keeps one row
        model.coef_, model.intercept_ = start.weights[np.ix_(there, used)], start.bias[there]
    model.fit(features[:, used], categories, weights)
    weights_of_used, bias = rows_of_all(model, k)
    coefficients = np.zeros((k, BUCKETS))
    coefficients[:, used] = weights_of_used
    return coefficients, bias
