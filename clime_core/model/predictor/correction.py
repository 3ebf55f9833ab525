"""What annotators' labels say beyond the model that nobody was asked for: a correction that starts at nothing.

The scores of that model are the mean of a Gaussian process over the documents, whose covariance is how alike two
documents are, by their own vectors and by their n-grams (Rasmussen and Williams 2006, section 3.5). The correction is
the process's most probable path given the labels: kernel logistic regression with an offset. Where no labelled document
is alike, nothing changes. The model learnt from none of these labels, so they also tell how far it is to be trusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from clime_core.data.documents import Document
from clime_core.model.bases.encoder_classifier import document_rows
from clime_core.model.predictor.parts import Parts, PartsFitter, spread_of
from clime_core.model.predictor.target_model import BUCKETS, PoolFeatures, TargetModel

Doubles = NDArray[np.float64]
Positions = NDArray[np.int64]

PSEUDO_COUNT = 10.0
"""How strongly trust is held to 1: no trust at all costs as much as so many nats of log-loss."""

MIN_TRUST = 0.05
"""The least trust, so that a label counts at most twenty times what it counts beside a sound model."""


@dataclass(frozen=True, eq=False)
class VectorCorrection:
    """Scores weights.T @ (v - mean) / |v - mean| of a document with the vector v of length 1; 0 of one without.

    mean (dim,) of the pool, weights (dim, n_categories), both float64.
    """

    mean: Doubles
    weights: Doubles

    def scores(self, documents: Sequence[Document]) -> Doubles:
        """What the labels add to the logits, (n, n_categories)."""
        return _directions(documents, self.mean)[0] @ self.weights


@dataclass(frozen=True, eq=False)
class Corrected:
    """A model and its correction.

    trust: from `MIN_TRUST` to 1, what the scores that nobody was asked for count; scores (n_pool, n_categories): the
    logits of the pool, trust * parts.taught / parts.spread + those of `vectors` + those of `ngrams`, which hold the
    target model, taught anew, and the correction by n-grams.
    """

    parts: Parts
    trust: float
    vectors: VectorCorrection | None
    ngrams: TargetModel | None
    scores: Doubles


def correct(fitter: PartsFitter, scores: Doubles) -> Corrected:
    """Fit the model without labels, how far the labels bear it out, and what they say beyond it.

    scores (n_pool, n_categories): the base's, of the pool.
    """
    settings, labels = fitter.settings, fitter.inputs.labels
    parts = fitter.fit(scores, {}, 1.0)
    unasked = parts.taught / parts.spread + settings.target.weight * parts.of_target / spread_of(parts.of_target)
    rows = np.array(sorted(labels), dtype=np.int64)
    categories = np.array([labels[row] for row in rows.tolist()], dtype=np.int64)
    certainty = fitter.inputs.certainty(rows.tolist())
    trust = trust_in(unasked[rows], categories, certainty)
    features = PoolFeatures.of(fitter.inputs.pool, labels, settings.target.ngrams)
    vectors, by_ngrams, correction = _fit(fitter, features, trust * unasked, rows, categories, certainty)
    teacher = trust * unasked + correction
    target, of_target = parts.target, parts.of_target
    if labels:
        target, of_target = fitter.target(teacher, labels, settings.target.label_weight / trust, parts.target)
    gain = settings.target.weight / spread_of(of_target)
    ngrams = _sum(settings.target.ngrams, features, target, gain, by_ngrams)
    total = trust * parts.taught / parts.spread + correction + gain * of_target
    return Corrected(parts, trust, vectors, ngrams, total)


def trust_in(scores: Doubles, categories: Positions, certainty: Doubles | float = 1.0) -> float:
    """The factor of scores (n, k), from `MIN_TRUST` to 1, with the least log-loss on labels (n,) plus the prior's.

    certainty (n,): the weight of each label in the loss.
    1 where there is no label. The scores must come from a model that did not learn from these labels.
    """
    chosen = np.arange(len(categories))

    def loss(factor: Doubles) -> float:
        logs = log_softmax(factor[0] * scores, axis=1)
        return float(PSEUDO_COUNT * (factor[0] - 1) ** 2 - (certainty * logs[chosen, categories]).sum())

    return float(minimize(loss, np.ones(1), method="L-BFGS-B", bounds=[(MIN_TRUST, 1.0)]).x[0])


def kernel_coefficients(
    kernel: Doubles, categories: Positions, offset: Doubles, certainty: Doubles | float = 1.0
) -> Doubles:
    """The coefficients A (n, k) of n labelled documents, of least log-loss of offset + kernel @ A plus tr(A' K A) / 2.

    kernel (n, n): the covariance of the documents' corrections; categories (n,); offset (n, k): their logits before;
    certainty (n,): the weight of each document in the loss.
    """
    n, k = offset.shape
    there, weights = np.eye(k)[categories], np.broadcast_to(certainty, n)[:, None]

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        coefficients = flat.reshape(n, k)
        correction = kernel @ coefficients
        logs = log_softmax(offset + correction, axis=1)
        gradient = kernel @ (weights * (np.exp(logs) - there) + coefficients)
        return float((coefficients * correction).sum() / 2 - (weights * there * logs).sum()), gradient.ravel()

    return np.asarray(minimize(loss, np.zeros(n * k), jac=True, method="L-BFGS-B").x, dtype=np.float64).reshape(n, k)


def _fit(
    fitter: PartsFitter,
    features: PoolFeatures,
    offset: Doubles,
    rows: Positions,
    categories: Positions,
    certainty: Doubles,
) -> tuple[VectorCorrection | None, Doubles, Doubles]:
    """By vectors; the weights of n-grams (n_categories, BUCKETS); and both together on the pool, (n_pool, k)."""
    pool, variance = fitter.inputs.pool, fitter.settings.correction
    k = offset.shape[1]
    directions, mean = _directions(pool)
    if not len(rows):
        return None, np.zeros((k, BUCKETS)), np.zeros_like(offset)
    labelled, ngrams = directions[rows], features.at(rows)
    kernel = variance * (labelled @ labelled.T + (ngrams @ ngrams.T).toarray())
    coefficients = variance * kernel_coefficients(kernel, categories, offset[rows], certainty)
    vectors = VectorCorrection(mean, labelled.T @ coefficients) if len(mean) else None
    by_ngrams = np.asarray(ngrams.T @ coefficients).T
    model = TargetModel(fitter.settings.target.ngrams, features.idf, by_ngrams, np.zeros(k))
    correction = features.scores(model, pool)
    return vectors, by_ngrams, correction if vectors is None else correction + directions @ vectors.weights


def _sum(
    lengths: tuple[int, int], features: PoolFeatures, target: TargetModel | None, gain: float, by_ngrams: Doubles
) -> TargetModel:
    """The target model's weights times `gain`, and those of the correction, in one."""
    if target is None:
        return TargetModel(lengths, features.idf, by_ngrams, np.zeros(len(by_ngrams)))
    return TargetModel(lengths, features.idf, gain * target.weights + by_ngrams, gain * target.bias)


def _directions(documents: Sequence[Document], mean: Doubles | None = None) -> tuple[Doubles, Doubles]:
    """Vectors at length 1, less the mean (theirs unless given), at length 1 again, (n, dim), and the mean (dim,).

    Zeros for a document without a vector.
    """
    rows, vectors = document_rows(documents)
    if mean is None:
        mean = vectors.mean(axis=0) if len(rows) else np.zeros(0)
    found = np.zeros((len(documents), len(mean)))
    if len(rows):
        centred = vectors - mean
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        found[rows] = centred / np.where(lengths > 0, lengths, 1.0)
    return found, mean
