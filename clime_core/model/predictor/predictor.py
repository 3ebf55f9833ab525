"""The model of a campaign: the classifier, what marks say of words, and the model of the pool's own text.

Their scores are added in standard deviations over the pool; the sum keeps the spread of the classifier's own scores
and is shifted so that the pool's predictions have the shares that are expected of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from clime_core.data.documents import Document, readable
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.data.marks import Constraint
from clime_core.model.bases.classifier import Classifier
from clime_core.model.predictor import predictor_folder
from clime_core.model.predictor.label_shift import match_shares, shift, smoothed_shares
from clime_core.model.predictor.predictor_settings import PredictorSettings
from clime_core.model.predictor.target_model import TargetModel, fit_target_model
from clime_core.model.predictor.word_channel import WordChannel, word_channel
from clime_core.model.words.association import associations

__all__ = ["Predictor", "PredictorSettings", "fit_predictor"]

Doubles = NDArray[np.float64]

CLIP = 1e-12
"""The least probability of the classifier that counts, so that one overconfident document does not set the scale."""

FEW = 0.5
"""A score that few documents have is measured by at least this part of its size in those."""


@dataclass(frozen=True, eq=False)
class Predictor:
    """Predicts categories of target-language documents; never changed after it was fitted.

    logits = temperature * (z + word_gain * t + target_gain * s) + bias with z the logarithm of the classifier's
    probabilities (of at least 1e-12) less its mean over the categories, t and s the scores of the two others; bias
    (n_categories,).
    """

    classifier: Classifier
    words: WordChannel
    target: TargetModel | None
    word_gain: float
    target_gain: float
    temperature: float
    bias: Doubles

    def predict_proba(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> Doubles:
        """Probabilities (n, n_categories) float64, rows sum to 1; with the vectors that it was fitted with."""
        scores = _scores(self.classifier, embeddings, documents) + self.word_gain * self.words.scores(documents)
        if self.target is not None:
            scores = scores + self.target_gain * self.target.scores(documents)
        return _probabilities(self.temperature * scores + self.bias)

    def members(self, each: Doubles, probabilities: Doubles) -> Doubles:
        """With each network of the classifier in the place of their mean, all else equal: (m, n, n_categories).

        each (m, n, n_categories): what the classifier's `predict_each` says of documents; probabilities
        (n, n_categories): what `predict_proba` says of them.
        """
        mean = _centred(each.mean(axis=0))
        return np.stack([shift(probabilities, self.temperature * (_centred(one) - mean)) for one in each])

    def save(self, folder: Path) -> None:
        """Write `classifier/`, `predictor.json` and `predictor.safetensors` into the folder."""
        self.classifier.save(folder / "classifier")
        parts = (self.words, self.target, self.word_gain, self.target_gain, self.temperature, self.bias)
        predictor_folder.save(folder, predictor_folder.Parts(*parts))

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Read what `save` wrote. Raises DataError where a file is missing or damaged."""
        classifier = Classifier.load(folder / "classifier")
        parts = predictor_folder.load(folder, classifier.n_categories)
        return cls(
            classifier,
            parts.words,
            parts.target,
            word_gain=parts.word_gain,
            target_gain=parts.target_gain,
            temperature=parts.temperature,
            bias=parts.bias,
        )


def fit_predictor(
    classifier: Classifier,
    embeddings: BilingualEmbeddings,
    train: Sequence[Document],
    pool: Sequence[Document],
    labels: Mapping[int, int],
    constraints: Iterable[Constraint],
    settings: PredictorSettings,
    each: Doubles | None = None,
) -> tuple[Predictor, Doubles]:
    """Add to the classifier what the marks and the pool say; with the probabilities of the pool, (n_pool, k).

    labels: position in the pool to the category that annotators gave it; each (m, n_pool, k): what the classifier's
    `predict_each` says of the pool, where that is known already. Raises TrainingError for shares that do not fit the
    categories.
    """
    settings.check(classifier.n_categories)
    scores = _scores(classifier, embeddings, pool) if each is None else _centred(each.mean(axis=0))
    shares = _shares(classifier, scores, labels, settings)
    spread = _spread(scores)
    words, of_words = _words(constraints, train, pool, classifier.n_categories, settings)
    word_gain = settings.words.weight * spread / _spread_of_few(of_words)
    total = scores + word_gain * of_words
    target, of_target = _target(embeddings, pool, total, of_words, shares, labels, settings)
    target_gain = settings.target.weight * spread / _spread(of_target)
    total = total + target_gain * of_target
    temperature = spread / _spread(total)
    bias = np.zeros_like(shares)
    if settings.shares != "as predicted":
        bias = match_shares(_probabilities(temperature * total), shares)
    predictor = Predictor(classifier, words, target, word_gain, target_gain, temperature, bias)
    return predictor, _probabilities(temperature * total + bias)


def _shares(classifier: Classifier, scores: Doubles, labels: Mapping[int, int], settings: PredictorSettings) -> Doubles:
    """What the campaign says, or what the classifier predicts of the categories that there are examples of."""
    if not isinstance(settings.shares, str):
        return np.asarray(settings.shares, dtype=np.float64)
    taught = classifier.prior > 0
    taught[list(set(labels.values()))] = True
    return smoothed_shares(_probabilities(scores), taught)


def _words(
    constraints: Iterable[Constraint], train: Sequence[Document], pool: Sequence[Document], k: int,
    settings: PredictorSettings,
) -> tuple[WordChannel, Doubles]:  # fmt: skip
    """The word channel and its scores of the pool."""
    channel = WordChannel({}, k)
    if settings.words.weight:
        channel = word_channel(constraints, associations(train, k), k, settings.words)
    return channel, channel.scores(pool)


def _target(
    embeddings: BilingualEmbeddings, pool: Sequence[Document], teacher: Doubles, of_words: Doubles, shares: Doubles,
    labels: Mapping[int, int], settings: PredictorSettings,
) -> tuple[TargetModel | None, Doubles]:  # fmt: skip
    """The target model and its scores of the pool; none, and zeros, where it is not wanted or has nothing to learn."""
    if settings.target.weight and len(pool) and len(shares) > 1:
        known = readable(pool, embeddings.target) | of_words.any(axis=1)
        fitted = fit_target_model(pool, teacher, known, shares, labels, settings.target)
        if fitted is not None:
            return fitted
    return None, np.zeros_like(teacher)


def _scores(classifier: Classifier, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> Doubles:
    """The logarithm of the classifier's probabilities (n, k), every row of mean zero."""
    return _centred(classifier.predict_proba(embeddings, documents, Language.TARGET))


def _centred(probabilities: Doubles) -> Doubles:
    """Logarithms of probabilities (n, k) of at least `CLIP`, every row of mean zero."""
    logs = np.log(np.maximum(probabilities, CLIP))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True), dtype=np.float64)


def _spread(scores: Doubles) -> float:
    """The standard deviation of scores (n, k) within the categories, the root of their mean variance; 1 for none."""
    spread = float(np.sqrt(scores.var(axis=0).mean())) if len(scores) else 0.0
    return spread or 1.0


def _spread_of_few(scores: Doubles) -> float:
    """The same, but of scores that few documents have at least `FEW` of their root mean square in those."""
    having = scores[scores.any(axis=1)]
    return max(_spread(scores), FEW * float(np.sqrt((having**2).mean()))) if len(having) else 1.0


def _probabilities(scores: Doubles) -> Doubles:
    return np.asarray(softmax(scores, axis=1), dtype=np.float64)
