"""A model of the target language's own text, taught by the classifier and corrected by the annotators.

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
from clime_core.errors import TrainingError

Doubles = NDArray[np.float64]
Positions = NDArray[np.int64]

BUCKETS = 2**18

MOST = 5_000
"""Documents that the model is fitted on at most, and that are scored at once: bounds time and memory."""


@dataclass(frozen=True)
class TargetSettings:
    """How the target model learns.

    `weight`: of its scores beside the classifier's, both in standard deviations over the pool; 0 goes without it.
    `confident`: the part of each category's share of the pool, in (0, 1], that counts as labelled by the teacher.
    `label_weight`: of an annotator's label against a teacher's. `ngrams`: shortest and longest, in characters.
    `inverse_regularization` as in scikit-learn. Raises TrainingError for values that make no sense.
    """

    weight: float = 2.0
    confident: float = 0.5
    label_weight: float = 5.0
    ngrams: tuple[int, int] = (3, 5)
    inverse_regularization: float = 1.0

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise TrainingError(f"weight must be 0 or more, got {self.weight!r}")
        if not 0 < self.confident <= 1:
            raise TrainingError(f"confident must be above 0 and at most 1, got {self.confident!r}")
        if self.label_weight <= 0 or self.inverse_regularization <= 0:
            raise TrainingError("label_weight and inverse_regularization must be above 0")
        if not 1 <= self.ngrams[0] <= self.ngrams[1]:
            raise TrainingError(f"ngrams are the shortest and the longest, from 1, got {self.ngrams!r}")


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
        blocks = [self._scores(documents[start : start + MOST]) for start in range(0, len(documents), MOST)]
        return np.concatenate([np.zeros((0, len(self.bias))), *blocks])

    def _scores(self, documents: Sequence[Document]) -> Doubles:
        features = _weighted(count_ngrams(tuple(documents), self.ngrams), self.idf)
        scores = np.asarray(features @ self.weights.T) + self.bias
        return np.asarray(scores - scores.mean(axis=1, keepdims=True), dtype=np.float64)


def fit_target_model(
    pool: Sequence[Document],
    teacher: Doubles,
    shares: Doubles,
    labels: Mapping[int, int],
    settings: TargetSettings,
) -> TargetModel | None:
    """Train on the pool: on what the teacher is sure of, and on what annotators said.

    teacher (n_pool, n_categories): the teacher's scores; shares (n_categories,): of the categories in the pool;
    labels: position in the pool to category, which outweigh the teacher. All categories weigh the same in the loss.
    Of a pool of more than `MOST` documents all labelled ones are taken and of the others every n-th.
    None where all that is taught is of one category, so that there is nothing to tell apart.
    """
    places = _sample(len(pool), labels)
    counts = count_ngrams(tuple(pool[place] for place in places), settings.ngrams)
    transformer = TfidfTransformer(sublinear_tf=True).fit(counts)
    features = _weighted(counts, transformer.idf_)
    said = {row: labels[place] for row, place in enumerate(places) if place in labels}
    rows, categories, weights = _lessons(teacher[places], shares, said, settings)
    totals = np.bincount(categories, weights, len(shares))
    if np.count_nonzero(totals) < 2:
        return None
    model = LogisticRegression(C=settings.inverse_regularization, max_iter=1000)
    lessons = features[rows]
    used = np.unique(lessons.indices)  # the other buckets get no weight whatever is done
    balanced = weights * len(rows) / (np.count_nonzero(totals) * totals[categories])
    model.fit(lessons[:, used], categories, balanced)
    coefficients, bias = _per_category(model, used, len(shares))
    return TargetModel(settings.ngrams, transformer.idf_, coefficients, bias)


def _sample(n: int, labels: Mapping[int, int]) -> list[int]:
    """Places in a pool of n documents, ascending: all, or the labelled ones and evenly spaced others."""
    if n <= MOST:
        return list(range(n))
    spaced = np.linspace(0, n - 1, max(MOST - len(labels), 1)).astype(int).tolist()
    return sorted({*spaced, *labels})


def confident(teacher: Doubles, shares: Doubles, part: float) -> dict[int, int]:
    """Position to category of what the teacher is sure of.

    teacher (n, k) scores. Of every category the `part` of its share of the n documents that leads by the largest
    margin over the best other category, at least one; a document goes where its margin is larger.
    """
    n, k = teacher.shape
    margins = np.stack([teacher[:, c] - np.delete(teacher, c, axis=1).max(axis=1) for c in range(k)], axis=1)
    found: dict[int, int] = {}
    for category in range(k):
        most = max(1, int(part * shares[category] * n))
        for row in np.argsort(-margins[:, category], kind="stable")[:most].tolist():
            if row not in found or margins[row, category] > margins[row, found[row]]:
                found[row] = category
    return found


def _lessons(
    teacher: Doubles, shares: Doubles, labels: Mapping[int, int], settings: TargetSettings
) -> tuple[Positions, Positions, Doubles]:
    """Rows of the pool, their categories and weights, each (n,)."""
    sure = confident(teacher, shares, settings.confident)
    taught = {row: (category, 1.0) for row, category in sure.items()}
    taught |= {row: (category, settings.label_weight) for row, category in labels.items()}
    rows = np.array(list(taught), dtype=np.int64)
    categories, weights = zip(*taught.values(), strict=True)
    return rows, np.array(categories, dtype=np.int64), np.array(weights, dtype=np.float64)


@lru_cache(maxsize=4)
def count_ngrams(documents: tuple[Document, ...], ngrams: tuple[int, int]) -> csr_matrix:
    """Counts of hashed character n-grams inside words, (n, BUCKETS) float32. Kept: rounds come back to them."""
    hashing = HashingVectorizer(
        analyzer="char_wb", ngram_range=ngrams, n_features=BUCKETS, alternate_sign=False, norm=None,
        lowercase=False, dtype=np.float32,
    )  # fmt: skip
    return hashing.transform(" ".join(document.tokens) for document in documents)


def _weighted(counts: csr_matrix, idf: Doubles) -> csr_matrix:
    """Sublinear tf-idf, rows of length 1."""
    transformer = TfidfTransformer(sublinear_tf=True)
    transformer.idf_ = idf
    return transformer.transform(counts)


def _per_category(model: LogisticRegression, used: Positions, k: int) -> tuple[Doubles, Doubles]:
    """Weights and bias of each category; one that was never taught gets the lowest bias."""
    coefficients = np.zeros((k, BUCKETS))
    bias = np.full(k, model.intercept_.min())
    binary = len(model.classes_) == 2
    learnt = np.concatenate([-model.coef_ / 2, model.coef_ / 2]) if binary else model.coef_
    coefficients[np.ix_(model.classes_, used)] = learnt
    bias[model.classes_] = np.r_[-model.intercept_ / 2, model.intercept_ / 2] if binary else model.intercept_
    return coefficients, bias
